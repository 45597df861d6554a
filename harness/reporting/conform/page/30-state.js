// Where the reader is: it stands in the address, so that every view can be linked to.
const FILTERS = ["q", "target", "route", "capability", "status", "rule", "mode", "severity", "change"];

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/");
  let name = rest.join("/");
  try { name = decodeURIComponent(name); } catch { /* an address that somebody cut: no cell has that name */ }
  return { view: view || "overview", name, params: new URLSearchParams(query || "") };
}

function link(view, params = {}, name = "") {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) if (value) query.set(key, value);
  const text = query.toString();
  return `#/${view}${name ? "/" + encodeURIComponent(name) : ""}${text ? "?" + text : ""}`;
}

const wishes = () => Object.fromEntries(FILTERS.map((name) => [name, place().params.get(name) || ""]));
const cellLink = (cell, finding) => link("cell", finding === undefined ? {} : { finding: String(finding) }, cell.id);

const haystacks = new WeakMap();
function haystack(cell) {
  if (!haystacks.has(cell)) {
    const scenario = scenarios.get(cell.scenario) || {};
    haystacks.set(cell, [cell.id, scenario.title, scenario.about, cell.reason,
      ...cell.findings.flatMap((one) => [one.rule, one.message, ruleOf(one.rule).title])].join("\n").toLowerCase());
  }
  return haystacks.get(cell);
}

function fits(cell, wish) {
  return (!wish.target || cell.target === wish.target) && (!wish.route || cell.route === wish.route)
    && (!wish.capability || cell.capability === wish.capability) && (!wish.mode || cell.mode === wish.mode)
    && (!wish.status || cell.status === wish.status) && (!wish.change || changed(cell).some((one) => one.kind === wish.change))
    && (!wish.rule || cell.findings.some((one) => one.rule === wish.rule))
    && (!wish.q || wish.q.toLowerCase().split(/\s+/).every((word) => haystack(cell).includes(word)));
}

function findingFits({ one, cell }, wish) {
  if ((wish.rule && one.rule !== wish.rule) || (wish.severity && one.severity !== wish.severity)) return false;
  if (!fits(cell, { ...wish, q: "", rule: "" })) return false;
  if (!wish.q) return true;
  const text = `${cell.id}\n${one.rule}\n${one.message}\n${ruleOf(one.rule).title}\n${one.fingerprint}`.toLowerCase();
  return wish.q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function picker(name, label, options, wish) {
  const box = h("select", { id: `pick-${name}`, onchange: () => wishFor(name, box.value) },
    h("option", { value: "" }, "all"),
    options.map(([value, text]) => h("option", { value, selected: wish[name] === value }, text)));
  return h("label", { for: `pick-${name}` }, h("span", {}, label), box);
}

function wishFor(name, value, quietly) {
  const { view } = place();
  const wish = { ...wishes(), [name]: value };
  if (name === "target") wish.route = "";
  const next = link(["scenarios", "rules", "findings"].includes(view) ? view : "scenarios", wish);
  if (quietly) { history.replaceState(null, "", next); show(true); } else location.hash = next;
}

function tools(view, typing) {
  const box = $("tools");
  if (typing) return;
  if (["cell", "rule", "about", "changes"].includes(view)) { box.replaceChildren(); return; }
  const wish = wishes();
  const search = h("input", { id: "search", type: "search", placeholder: "Search scenarios, rules, messages  ( / )", "aria-label": "Search", autocomplete: "off", spellcheck: "false" });
  search.value = wish.q;
  let timer;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => wishFor("q", search.value.trim(), true), 150);
  });
  const parts = [search];
  if (view !== "overview") {
    const rules = Object.values(data.rules).sort((a, b) => a.id.localeCompare(b.id)).map((one) => [one.id, `${one.id} ${one.title.slice(0, 60)}`]);
    const routes = wish.target && targets.has(wish.target) ? routesOf(targets.get(wish.target)) : [];
    const pickers = [
      picker("target", "Target", [...targets.values()].map((one) => [one.name, one.title || one.name]), wish),
      routes.length > 1 && picker("route", "Route", routes.map((one) => [one, one]), wish),
      picker("capability", "Capability", capabilities.map((one) => [one, capabilityName(one)]), wish),
      picker("status", "Status", STATUSES.map((one) => [one, STATUS[one][0]]), wish),
      picker("mode", "Mode", Object.entries(MODE), wish),
      rules.length > 0 && picker("rule", "Rule", rules, wish),
      changesOf.size > 0 && picker("change", "Since the earlier run", Object.entries(CHANGE).map(([kind, [words]]) => [kind, words]), wish),
      view === "findings" && picker("severity", "Severity", Object.keys(RANK).map((one) => [one, one]), wish),
    ];
    const set = FILTERS.filter((name) => wish[name]).length;
    parts.push(h("details", { class: "filters", open: innerWidth > 700 },
      h("summary", {}, set ? `Filters (${set} set)` : "Filters"), h("div", { class: "pickers" }, pickers,
        set > 0 && h("a", { class: "clear", href: link(view) }, "Clear"))));
  }
  box.replaceChildren(...parts);
}
