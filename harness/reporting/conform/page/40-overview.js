// The first screen: can I use this gateway for X?
function mark(status, text) {
  return h("span", { class: `mark s-${status}` }, h("span", { "aria-hidden": "true" }, STATUS[status][1] + " "), text || STATUS[status][0]);
}

function overview() {
  const byTarget = new Map([...targets.keys()].map((name) => [name, []]));
  for (const cell of data.cells) byTarget.get(cell.target).push(cell);
  const list = [...targets.values()];
  const ran = list.filter((one) => byTarget.get(one.name).length);
  const out = [h("h1", {}, "Can I use it for …?"), h("p", { class: "lead" },
    "Each answer is drawn from played scenarios with both ends of the wire known. Follow one to see what stands behind it.")];
  if (data.redacted) out.push(h("p", { class: "note" }, "The texts of messages are hidden in this copy: every text is filled to its length with x."));
  const cards = h("div", { class: "cards" }, list.map((one) => card(one, byTarget.get(one.name))));
  const answers = ran.length ? byCapability(ran, byTarget) : [];
  // Cards of more targets than stand in a line would push the answers off the first screen.
  out.push(list.length > 4 ? [...answers, cards] : [cards, ...answers]);
  out.push(worst());
  out.push(h("section", {}, h("h2", {}, "What the words mean"), h("dl", { class: "legend" }, STATUSES.map((one) => [h("dt", {}, mark(one)), h("dd", {}, STATUS[one][2])])),
    h("p", {}, "“In part” and “No” mean that scenarios failed; “Not shown” that none of them exercised what it is about. Faults that the upstream half has already are shown as inherited and are not held against the target.")));
  return out;
}

// Targets side by side, or the routes of one: what fails on one route may be fine on the next.
function byCapability(ran, byTarget) {
  const chosen = targets.get(wishes().target) || (ran.length === 1 ? ran[0] : null);
  const routes = chosen && byTarget.get(chosen.name).length ? routesOf(chosen) : [];
  const heads = routes.length > 1 ? routes.map((route) => ({ target: chosen, route, title: route, list: byTarget.get(chosen.name).filter((cell) => cell.route === route) })).filter((one) => one.list.length)
    : ran.map((target) => ({ target, route: "", title: target.title || target.name, list: byTarget.get(target.name) }));
  const split = ran.length > 1 && ran.filter((target) => routesOf(target).length > 1);
  return [split && split.length > 0 && h("p", { class: "routes" }, "Route by route: ",
    split.map((target) => [h("a", { href: link("overview", { target: target.name }), "aria-current": target === chosen ? "true" : null }, target.title || target.name), " · "]),
    h("a", { href: link("overview"), "aria-current": chosen ? null : "true" }, "all targets")),
  h("div", { class: "scroll verdicts", role: "region", tabindex: "0", "aria-label": "Verdicts by capability" }, h("table", {},
    h("caption", {}, routes.length > 1 ? `${chosen.title || chosen.name}, by capability and route` : "By capability"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Can I use it for"), heads.map((one) => h("th", { scope: "col" }, one.title)))),
    h("tbody", {}, capabilities.map((capability) => h("tr", {}, h("th", { scope: "row" }, capabilityName(capability)),
      heads.map((one) => answer(one, capability, one.list.filter((cell) => cell.capability === capability))))))))];
}

function card(target, list) {
  const counts = tally(list);
  const judged = counts.passed + counts.warned + counts.failed + counts.expected;
  const says = !list.length ? `Did not run${target.reason ? ": " + target.reason : "."}`
    : counts.failed ? `${counts.failed.toLocaleString("en")} of ${count(judged, "cell")} that could be judged failed.`
    : judged ? `Nothing failed in ${count(judged, "cell")} that could be judged.` : "Nothing could be judged.";
  return h("article", { class: "card" },
    h("h2", {}, target.title || target.name, target.version && h("span", { class: "version" }, " " + target.version)),
    h("p", { class: "kind" }, [target.kind || "gateway", target.status && target.status !== "ran" && target.status.replace(/_/g, " "), list.length > 0 && count(routesOf(target).length, "route")].filter(Boolean).join(" · ")),
    h("p", {}, says, list.length > 0 && target.reason ? ` ${target.reason}` : ""),
    list.length > 0 && bar(counts, list.length),
    list.length > 0 && h("p", { class: "counts" }, STATUSES.filter((name) => counts[name]).map((name) =>
      h("a", { href: link("scenarios", { target: target.name, status: name }), class: `count s-${name}` }, `${counts[name].toLocaleString("en")} ${STATUS[name][0].toLowerCase()}`))),
    changesInWords(target),
    (target.notes || []).length > 0 && h("p", { class: "small" }, h("a", { href: link("about") }, `How it was run: ${count(target.notes.length, "note")}`)));
}

function bar(counts, all) {
  const box = h("div", { class: "meter", "aria-hidden": "true" });
  for (const name of STATUSES) if (counts[name]) {
    const part = h("span", { class: `s-${name}` });
    part.style.flexGrow = String(Math.max(counts[name], all / 100));
    box.append(part);
  }
  return box;
}

function answer({ target, route, title }, capability, list) {
  if (!list.length) return h("td", { "data-target": title }, h("span", { class: "none" }, "not asked"));
  const counts = tally(list);
  const [status, words] = verdict(counts);
  return h("td", { "data-target": title }, h("a", { class: "verdict", href: link("scenarios", { target: target.name, route, capability }) }, mark(status, words)),
    h("div", { class: "small" }, inWords(counts).join(" · ")), counts.failed + counts.warned > 0 && whereAndWhy(list, counts.failed ? "error" : "warning"));
}

// What a reader asks next: over which routes it can be used all the same, and what goes wrong on the others.
function whereAndWhy(list, severity) {
  const routes = new Map();
  for (const cell of list) routes.set(cell.route, [...(routes.get(cell.route) || []), cell.status]);
  const bad = [...routes.keys()].filter((route) => routes.get(route).includes("failed"));
  const good = [...routes.keys()].filter((route) => !bad.includes(route) && routes.get(route).some((one) => one === "passed" || one === "warned"));
  const modes = [...new Set(list.filter((cell) => cell.status === "failed").map((cell) => cell.mode))];
  const spared = modes.length === 1 && list.find((cell) => cell.mode !== modes[0] && (cell.status === "passed" || cell.status === "warned"));
  // Of many routes the number is enough here: the table route by route names them.
  const few = routes.size <= 4;
  const broken = new Map();
  for (const cell of list) for (const it of cell.findings) {
    if (blamed(it) && it.severity === severity) broken.set(it.rule, (broken.get(it.rule) || new Set()).add(cell.id));
  }
  const [worst, ...others] = [...broken].sort((a, b) => b[1].size - a[1].size);
  return [spared && h("div", { class: "small" }, `nothing failed in ${MODE[spared.mode] || spared.mode} answers`), bad.length > 0 && bad.length < routes.size && h("div", { class: "small" }, few ? `fails on ${bad.join(", ")}` : `fails on ${bad.length} of ${routes.size} routes`),
    few && bad.length > 0 && bad.length < routes.size && good.length > 0 && h("div", { class: "small" }, `nothing failed on ${good.join(", ")}`),
    worst && h("div", { class: "small why" }, h("a", { href: link("rule", {}, worst[0]) }, worst[0]), " ", rich(ruleOf(worst[0]).title), others.length > 0 && ` And ${count(others.length, "rule")} more.`)];
}

// What became of each fault since an earlier run.
function changes() {
  const list = data.changes || [];
  return [h("h1", {}, "Since the earlier run"), !list.length && h("p", { class: "note" }, "This result was not compared with an earlier one, or nothing differs."),
    Object.entries(CHANGE).map(([kind, [words, status]]) => {
      const mine = list.filter((one) => one.kind === kind).sort((a, b) => (RANK[a.severity] ?? 3) - (RANK[b.severity] ?? 3));
      return mine.length > 0 && h("section", {}, h("h2", {}, h("span", { class: `mark s-${status}` }, words), ` ${count(mine.length, "fault")} `, h("a", { class: "small", href: link("scenarios", { change: kind }) }, "in the matrix")),
        gradually(h("ul", { class: "places" }), mine, (one) => h("li", {}, one.severity && severity(one.severity), " ", one.rule && h("a", { href: link("rule", {}, one.rule) }, one.rule), " ",
          cells.has(one.cell) ? h("a", { href: cellLink(cells.get(one.cell)) }, one.cell) : one.cell, h("div", { class: "small" }, rich(one.message))), 60));
    })];
}

function changesInWords(target) {
  const list = (data.changes || []).filter((one) => one.cell.startsWith(target.name + "/"));
  const words = Object.entries(CHANGE).map(([kind, [text]]) => [text, list.filter((one) => one.kind === kind).length]).filter(([, size]) => size);
  return words.length > 0 && h("p", { class: "small" }, "Since the earlier run: ", h("a", { href: link("changes") }, words.map(([text, size]) => `${size.toLocaleString("en")} ${text.toLowerCase()}`).join(", ")));
}

function worst() {
  const seen = new Map();
  for (const { one, cell } of findings) {
    if (!blamed(one) || one.severity === "info") continue;
    const key = one.rule;
    if (!seen.has(key)) seen.set(key, { rule: ruleOf(key), severity: one.severity, cells: new Set(), targets: new Set() });
    seen.get(key).cells.add(cell.id);
    seen.get(key).targets.add(cell.target);
  }
  const list = [...seen.values()].sort((a, b) => RANK[a.severity] - RANK[b.severity] || b.cells.size - a.cells.size).slice(0, 8);
  return h("section", {}, h("h2", {}, "What breaks most"), !list.length ? h("p", {}, "No rule was broken by a target.")
    : h("ol", { class: "worst" }, list.map((one) => h("li", {}, severity(one.severity), " ", h("a", { href: link("rule", {}, one.rule.id) }, one.rule.id), " ", rich(one.rule.title),
      h("span", { class: "small" }, ` — ${count(one.cells.size, "cell")} of ${[...one.targets].join(", ")}`)))));
}

const severity = (name) => h("span", { class: `sev v-${name}` }, name);
