// The two matrices: scenarios by route, and rules by target.
function columns(wish, list) {
  const seen = new Set(list.map((cell) => `${cell.target}\n${cell.route}`));
  const out = [];
  for (const target of targets.values()) for (const route of routesOf(target)) if (seen.has(`${target.name}\n${route}`)) out.push({ target, route });
  return out;
}

function spans(all) {
  const out = [];
  for (const one of all) {
    const last = out[out.length - 1];
    if (last && last.target === one.target) last.size++; else out.push({ target: one.target, size: 1 });
  }
  return out;
}

function scenarioMatrix() {
  const wish = wishes();
  const list = data.cells.filter((cell) => fits(cell, wish));
  const heads = columns(wish, list);
  const at = new Map();
  for (const cell of list) {
    const key = `${cell.scenario}\n${cell.target}\n${cell.route}`;
    if (!at.has(key)) at.set(key, []);
    at.get(key).push(cell);
  }
  const shown = new Set(list.map((cell) => cell.scenario));
  const rows = capabilities.concat("other").flatMap((capability) => {
    const members = data.scenarios.filter((one) => one.capability === capability && shown.has(one.name));
    return members.length ? [{ capability }, ...members] : [];
  });
  const out = [h("h1", {}, "Scenarios"), h("p", { class: "lead" }, `${count(list.length, "cell")} of ${data.cells.length.toLocaleString("en")}: ${inWords(tally(list)).join(" · ") || "none"}. `,
    "Of the two marks in a place the left one is the streamed answer, the right one the whole answer. ", list.length === data.cells.length && "An empty place was not asked: the route has no words for it. ", "Arrow keys move, Enter opens.")];
  if (!list.length) return [...out, h("p", { class: "note" }, "No cell fits the filters.")];
  const body = h("tbody");
  const table = h("table", { class: "matrix", id: "matrix" },
    h("caption", { class: "away" }, "Scenarios by target and route"),
    h("thead", {}, h("tr", {}, h("th", { rowspan: 2, scope: "col", class: "corner" }, "Scenario"), spans(heads).map((one) => h("th", { colspan: one.size, scope: "colgroup" }, one.target.title || one.target.name))),
      h("tr", {}, heads.map((one) => h("th", { scope: "col", class: "route" }, one.route)))), body);
  table.addEventListener("keydown", walk);
  const drawn = (row) => row.capability && !row.name ? h("tr", { class: "group" }, h("th", { scope: "rowgroup", colspan: heads.length + 1 }, h("span", {}, capabilityName(row.capability))))
    : h("tr", {}, h("th", { scope: "row", title: row.about }, row.title, h("span", { class: "name" }, row.name)),
      heads.map((head) => h("td", {}, both(at.get(`${row.name}\n${head.target.name}\n${head.route}`) || []))));
  batches(body, rows, drawn, () => { const first = table.querySelector("td a"); if (first && !table.querySelector('td a[tabindex="0"]')) first.tabIndex = 0; });
  return [...out, h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Matrix of scenarios" }, table)];
}

// Rows come in batches between frames, so that the first ones stand at once.
function batches(body, rows, drawn, done) {
  let at = 0;
  const step = () => {
    const part = document.createDocumentFragment();
    for (const end = Math.min(at + 24, rows.length); at < end; at++) part.append(drawn(rows[at]));
    body.append(part);
    done();
    if (at < rows.length) setTimeout(step);
  };
  step();
}

// Both modes have their place, so that a lone mark tells by where it stands which one it is.
function both(list) {
  if (!list.length) return [];
  return [...Object.keys(MODE).map((mode) => list.find((cell) => cell.mode === mode)).map((cell) => cell ? dot(cell) : h("span", { class: "dot" })), list.filter((cell) => !MODE[cell.mode]).map(dot)];
}

function dot(cell) {
  const [name, glyph] = STATUS[cell.status];
  const found = cell.findings.length ? `, ${count(cell.findings.length, "finding")}` : "";
  return h("a", { href: cellLink(cell), tabindex: "-1", class: `dot s-${cell.status} m-${cell.mode}`, title: `${cell.id}: ${name.toLowerCase()}${found}`,
    "aria-label": `${cell.scenario}, ${cell.route}, ${MODE[cell.mode] || cell.mode}: ${name.toLowerCase()}${found}` }, glyph);
}

function walk(event) {
  const here = event.target.closest("td a");
  if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
  let next = null;
  const row = here.closest("tr");
  if (event.key === "ArrowRight" || event.key === "ArrowLeft" || event.key === "Home" || event.key === "End") {
    const all = [...row.querySelectorAll("td a")];
    const to = { ArrowRight: all.indexOf(here) + 1, ArrowLeft: all.indexOf(here) - 1, Home: 0, End: all.length - 1 }[event.key];
    next = all[to];
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const column = here.closest("td").cellIndex;
    const second = here.classList.contains("m-whole");
    for (let to = row; (to = event.key === "ArrowDown" ? to.nextElementSibling : to.previousElementSibling) && !next;) {
      const there = to.cells[column];
      if (there && there.tagName === "TD") next = there.querySelector(second ? ".m-whole" : ".m-stream") || there.querySelector("a");
    }
  } else return;
  event.preventDefault();
  if (!next) return;
  for (const old of event.currentTarget.querySelectorAll('td a[tabindex="0"]')) old.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function ruleMatrix() {
  const wish = wishes();
  const list = findings.filter((one) => findingFits(one, wish));
  const heads = columns(wish, list.map(({ cell }) => cell));
  const byRoute = Boolean(wish.target) || targets.size === 1;
  const keys = byRoute ? heads : spans(heads).map((one) => ({ target: one.target, route: "" }));
  const grid = new Map();
  for (const { one, cell } of list) {
    const key = `${one.rule}\n${cell.target}\n${byRoute ? cell.route : ""}`;
    if (!grid.has(key)) grid.set(key, { error: new Set(), warning: new Set(), expected: new Set(), info: new Set(), inherited: new Set() });
    grid.get(key)[one.origin === "upstream" ? "inherited" : one.is_expected ? "expected" : one.severity].add(cell.id);
  }
  // What the targets are to blame for stands first, and of that what broke most cells.
  const weight = (id) => {
    const mine = [...grid].filter(([key]) => key.startsWith(`${id}\n`)).map(([, entry]) => entry);
    const sizes = ["error", "warning", "expected", "info", "inherited"].map((name) => mine.reduce((sum, entry) => sum + entry[name].size, 0));
    const worst = sizes.findIndex((size) => size > 0);
    return [worst, -sizes[worst]];
  };
  const ids = [...new Set(list.map(({ one }) => one.rule))].map((id) => ({ id, weight: weight(id) }))
    .sort((a, b) => a.weight[0] - b.weight[0] || a.weight[1] - b.weight[1]).map((one) => one.id);
  const out = [h("h1", {}, "Rules"), h("p", { class: "lead" }, `${count(ids.length, "rule")} with ${count(list.length, "finding")}. A place counts the cells in which the rule was broken: as an error, as a warning, as the baseline expects, as worth noting, or by the upstream already${byRoute ? "" : "; choose a target to see its routes"}.`)];
  if (!ids.length) return [...out, h("p", { class: "note" }, "No finding fits the filters.")];
  const body = h("tbody");
  const table = h("table", { class: "matrix rules", id: "matrix" }, h("caption", { class: "away" }, "Rules by target"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "corner" }, "Rule"), keys.map((one) => h("th", { scope: "col", class: "route" }, byRoute ? `${one.target.name}: ${one.route}` : one.target.title || one.target.name)))), body);
  table.addEventListener("keydown", walk);
  batches(body, ids, (id) => h("tr", {}, h("th", { scope: "row" }, h("a", { href: link("rule", {}, id) }, id), h("span", { class: "name" }, rich(ruleOf(id).title))),
    keys.map((key) => {
      const entry = grid.get(`${id}\n${key.target.name}\n${key.route}`);
      if (!entry) return h("td", {}, h("span", { class: "none", "aria-label": "none" }, "·"));
      const where = { ...wish, rule: id, target: key.target.name, route: key.route };
      const words = { error: count(entry.error.size, "cell"), warning: count(entry.warning.size, "warning"), expected: `${entry.expected.size} expected`, info: `${entry.info.size} noted`, inherited: `${entry.inherited.size} inherited` };
      return h("td", {}, Object.keys(words).filter((name) => entry[name].size).map((name) => [" ",
        h("a", { tabindex: "-1", class: `tally v-${name}`, href: link("findings", name in RANK ? { ...where, severity: name } : where) }, words[name])]));
    })), () => { const first = table.querySelector("td a"); if (first && !table.querySelector('td a[tabindex="0"]')) first.tabIndex = 0; });
  return [...out, h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Matrix of rules" }, table)];
}
