// One cell: what was found, how to see it again, and everything that went over the wire.
function cellView(id, params) {
  const cell = cells.get(id);
  if (!cell) return [h("h1", {}, "No such cell"), h("p", {}, `This report has no cell ${id}.`)];
  logOf(cell);
  const scenario = scenarios.get(cell.scenario) || { title: cell.scenario, about: "" };
  const target = targets.get(cell.target);
  const siblings = data.cells.filter((one) => one.target === cell.target && one.route === cell.route && (one.status === cell.status));
  const position = siblings.indexOf(cell);
  const out = [
    h("nav", { class: "crumbs", "aria-label": "Where you are" }, h("a", { href: link("scenarios", { target: cell.target }) }, target.title || cell.target), " › ",
      h("a", { href: link("scenarios", { target: cell.target, route: cell.route }) }, cell.route), " › ", cell.scenario, " › ", MODE[cell.mode] || cell.mode),
    h("h1", {}, scenario.title, " ", mark(cell.status)),
    h("p", { class: "lead" }, scenario.about),
    cell.reason && h("p", { class: "note" }, cell.reason),
    h("dl", { class: "facts" },
      fact("Cell", h("code", {}, cell.id)),
      (cell.exercised || []).length > 0 && fact("Seen", cell.exercised.join(", ")), (cell.missing || []).length > 0 && fact("Not seen", cell.missing.join(", ")),
      fact("Rules that had something to judge", String(cell.judged)), timing(cell.timing || {})),
    changed(cell).some((one) => one.kind !== "new") && h("ul", { class: "places" }, changed(cell).filter((one) => one.kind !== "new").map((one) => h("li", {}, h("span", { class: `mark s-${CHANGE[one.kind][1]}` }, CHANGE[one.kind][0]), " since the earlier run: ",
      one.rule && [h("a", { href: link("rule", {}, one.rule) }, one.rule), " "], rich(one.message)))),
    h("nav", { class: "beside", "aria-label": "Neighbours" }, position > 0 && h("a", { href: cellLink(siblings[position - 1]), rel: "prev" }, `‹ ${neighbour(siblings[position - 1])}`),
      h("span", { class: "small" }, `${position + 1} of ${siblings.length} ${STATUS[cell.status][0].toLowerCase()} on this route`),
      position < siblings.length - 1 && h("a", { href: cellLink(siblings[position + 1]), rel: "next" }, `${neighbour(siblings[position + 1])} ›`)),
  ];
  const wanted = params.has("finding") ? Number(params.get("finding")) : -1;
  if (cell.findings.length) {
    const order = cell.findings.map((one, index) => ({ one, index }));
    if (wanted > 0 && wanted < order.length) order.unshift(...order.splice(wanted, 1));
    out.push(h("section", {}, h("h2", {}, count(cell.findings.length, "finding")), gradually(h("div"), order, ({ one, index }) => findingCard(cell, one, index, index === wanted), 20)));
  }
  out.push(again(cell));
  out.push(h("section", {}, h("h2", {}, "On the wire"), cell.log ? [
    h("p", { class: "small" }, "One time line: what the upstream sent, chunk by chunk, and what the client got, event by event. Times count from the cell's first request."), wireLog(cell, wanted),
    h("p", { class: "small" }, "Recorded in ", ["client", "upstream"].filter((side) => (cell.log[side] || []).length).map((side) => recorded(cell.log[side])).join("; "))]
    : h("p", { class: "note" }, cell.without || "The wire log of a cell that passed is left out of the page, to keep it small; it is in the cassettes beside the result.")));
  return out;
}

const neighbour = (cell) => `${cell.scenario}, ${MODE[cell.mode] || cell.mode}`;

// The harness plays upstream, target and client. With curl they are three: the recorded upstream, the target, the request.
function again(cell) {
  const up = cell.log && (cell.log.upstream || []).find((one) => one.request);
  // A gateway that was pointed at our upstream still asks the port that the run listened on.
  const given = Number((/--upstream-port[ =](\d+)/.exec(cell.command || "") || [])[1]);
  const place = `127.0.0.1:${given || 9000}`;
  const variables = [
    /\$TARGET\b/.test(cell.curl) && [h("code", {}, "$TARGET"), " is where the target listens, such as http://127.0.0.1:4000. "],
    /\$API_KEY\b/.test(cell.curl) && [h("code", {}, "$API_KEY"), " is the key that it wants. "],
  ];
  return h("section", {}, h("h2", {}, "See it again"), cell.command ? copyable("With this harness", cell.command) : null,
    cell.curl ? copyable("With curl", cell.curl) : null,
    cell.curl && up && copyable("What has to answer behind the target then: the recorded upstream", `harness replay ${quoted(up.file)} --on-miss nearest --listen ${place}`),
    cell.curl && (up || variables.some(Boolean)) && h("p", { class: "small" }, variables,
      up && [given ? `The target asks http://${place}, where nobody answers any more since the run is over` : `The target has to be told that its upstream is http://${place}`, ": start the recorded upstream first, in the folder of the result, where recordings lie."]),
    !cell.command && !cell.curl && h("p", {}, "No command line is known."));
}

const quoted = (word) => /^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;

function recorded(list) {
  const numbers = list.map((one) => one.index);
  return `${list[0].file}, ${numbers.length === 1 ? "exchange" : "exchanges"} ${numbers.slice(0, 8).join(", ")}${numbers.length > 8 ? " …" : ""}`;
}

const fact = (name, value) => [h("dt", {}, name), h("dd", {}, value)];

function timing(one) {
  const parts = [["first byte", one.first_event], ["upstream's first byte", one.upstream_first_event], ["whole answer", one.total], ["upstream left after", one.left], ["longest wait for what was sent already", one.gaps]]
    .filter(([, value]) => value !== undefined && value !== null).map(([name, value]) => `${name} ${ms(value)}`);
  return parts.length ? fact("Times", parts.join(" · ")) : null;
}

const ORIGIN = { gateway: "the gateway is to blame", target: "the target is to blame", upstream: "inherited: the upstream half has it, too" };

function findingCard(cell, one, index, chosen) {
  const rule = ruleOf(one.rule);
  const node = h("article", { class: `finding v-${one.severity}${chosen ? " chosen" : ""}`, id: `finding-${index}`, tabindex: "-1" },
    h("h3", {}, severity(one.severity), " ", h("a", { href: link("rule", {}, one.rule) }, one.rule), " ", rich(rule.title)),
    h("p", { class: "message" }, rich(one.message)),
    h("p", { class: "small" }, [ORIGIN[one.origin] || one.origin, one.times > 1 && `${one.times} times`, isNew(one, cell) && "new since the earlier run", one.is_expected && "in the baseline", one.where.pointer && `at ${one.where.pointer}`].filter(Boolean).join(" · ")),
    (one.expected || one.found) && h("dl", { class: "versus" }, h("div", {}, h("dt", {}, "Expected"), h("dd", {}, one.expected ? rich(one.expected) : "–")), h("div", {}, h("dt", {}, "Found"), h("dd", {}, one.found || "–"))),
    (rule.clients || []).length > 0 && h("div", {}, h("h4", {}, "Which clients break"), h("ul", {}, rule.clients.map((text) => h("li", {}, rich(text))))),
    rule.remedy && h("p", {}, h("b", {}, "What to do: "), rich(rule.remedy)),
    cell.log && evidence(cell, one.where, "Where it is"), cell.log && one.earlier && !samePlace(one.where, one.earlier) && evidence(cell, one.earlier, "What it contradicts"),
    h("p", { class: "small" }, "Fingerprint ", h("code", {}, one.fingerprint)));
  if (chosen) later.push(() => { node.scrollIntoView({ block: "start" }); node.focus({ preventScroll: true }); });
  return node;
}

const samePlace = (a, b) => ["side", "exchange", "event", "start", "stop", "part"].every((name) => (a[name] ?? "") === (b[name] ?? ""));

function evidence(cell, where, label) {
  const wire = (cell.log[where.side || "client"] || [])[where.exchange || 0];
  const side = where.side === "upstream" ? "upstream" : "client";
  const name = `${label}: ${side} side${where.event !== undefined && where.event !== null ? `, event ${where.event}` : ""}`;
  if (!wire || !wire.request) return h("p", { class: "small" }, `${name}. The bytes were not kept.`);
  if (where.part === "request") return bytesAround(wire.request.body, wire.request.size, 0, Math.min(wire.request.size, 4000), innerPlace(wire.request.body, 0, wire.request.size, where.pointer), `${name}, request`);
  const response = wire.response;
  if (where.part === "ending") return h("p", { class: "small" }, `${name}, the end: ${ENDING[wire.ending.how] || wire.ending.how} ${wire.ending.exception || ""} at ${ms(wire.at + wire.ending.at)}.`);
  if (!response) return h("p", { class: "small" }, `${name}. No response came.`);
  if (where.part === "head") return copyable(`${name}, head`, `${response.version} ${response.status} ${response.reason || ""}\n${headers(response.headers)}`);
  if (where.start === undefined || where.start === null) {
    // About the whole body, or a place in an answer without a stream.
    const inner = response.events ? null : innerPlace(response.body, 0, response.size, where.pointer);
    if (inner) return bytesAround(response.body, response.size, inner[0], inner[1], null, name);
    return h("p", { class: "small" }, `${name}. It is about the answer as a whole (${count(response.size, "byte")}); see the wire log below.`);
  }
  return bytesAround(response.body, response.size, where.start, where.stop || where.start, innerPlace(response.body, where.start, where.stop || where.start, where.pointer), name);
}

// A paragraph of a rule's page: a heading, a list, an example, or plain words.
function paragraph(text) {
  if (text.startsWith("```")) return h("pre", { tabindex: "0" }, text.replace(/^```.*\n?|```\s*$/g, ""));
  const [first, ...rest] = text.split("\n");
  if (first.startsWith("#")) return [h("h2", {}, first.replace(/^#+\s*/, "")), rest.length > 0 && paragraph(rest.join("\n"))];
  if (/^[-*] /.test(first)) return h("ul", {}, text.split(/\n(?=[-*] )/).map((one) => h("li", {}, rich(one.slice(2)))));
  return h("p", {}, rich(text));
}

function ruleView(id) {
  const rule = ruleOf(id);
  const list = findings.filter(({ one }) => one.rule === id);
  const perTarget = [...targets.values()].map((target) => ({ target, list: list.filter(({ cell }) => cell.target === target.name) })).filter((one) => one.list.length);
  return [h("nav", { class: "crumbs", "aria-label": "Where you are" }, h("a", { href: link("rules") }, "Rules"), " › ", id),
    h("h1", {}, id, " ", rule.severity && severity(rule.severity)), h("p", { class: "lead" }, rich(rule.title)),
    rule.about && h("div", { class: "prose" }, rule.about.split(/\n{2,}/).map(paragraph)),
    (rule.clients || []).length > 0 && h("section", {}, h("h2", {}, "Which clients break"), h("ul", {}, rule.clients.map((text) => h("li", {}, rich(text))))),
    rule.remedy && h("section", {}, h("h2", {}, "What to do"), h("p", {}, rich(rule.remedy))),
    rule.source && h("p", { class: "small" }, "Source: ", sourceLink(rule.source)),
    h("section", {}, h("h2", {}, "Where it was found"), !list.length ? h("p", {}, "Nowhere in this report.") : perTarget.map(({ target, list: mine }) => [h("h3", {}, target.title || target.name),
      gradually(h("ul", { class: "places" }), mine, ({ one, cell, number }) => h("li", {}, severity(one.severity), " ", h("a", { href: cellLink(cell, number) }, cell.id), one.origin === "upstream" ? " (inherited)" : "", h("div", { class: "small" }, rich(one.message))), 60)]))];
}
