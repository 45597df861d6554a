// From the address to what is shown; keys; light and dark.
const later = [];
const TABS = [["overview", "Overview"], ["scenarios", "Scenarios"], ["rules", "Rules"], ["findings", "Findings"], ...((data.changes || []).length ? [["changes", "Changes"]] : []), ["about", "About"]];
let last = "";

function show(typing) {
  const { view, name, params } = place();
  later.length = 0;
  const content = { scenarios: scenarioMatrix, rules: ruleMatrix, findings: findingList, about, changes, cell: () => cellView(name, params), rule: () => ruleView(name) }[view] || overview;
  const shown = content();
  tools(view, typing === true && $("search"));
  const main = $("main");
  main.replaceChildren(...shown.flat(Infinity).filter(Boolean));
  const tab = { cell: "scenarios", rule: "rules" }[view] || view;
  $("tabs").replaceChildren(...TABS.map(([id, text]) => h("a", { href: link(id), "aria-current": id === tab ? "page" : null }, text, id === "findings" && findings.length ? h("span", { class: "badge" }, findings.length.toLocaleString("en")) : null)));
  const current = $("tabs").querySelector("[aria-current]");
  if (current) $("tabs").scrollLeft = current.offsetLeft - $("tabs").offsetLeft - 40;
  const heading = main.querySelector("h1");
  document.title = `${heading ? heading.textContent + " · " : ""}Conformance report`;
  if (typing !== true) {
    if (last && last !== view + name) { scrollTo(0, 0); main.focus({ preventScroll: true }); }
    last = view + name;
  }
  for (const one of later.splice(0)) one();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const writes = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !writes) {
    event.preventDefault();
    if (!$("search")) { location.hash = link("scenarios"); show(); }
    $("search").focus();
  } else if (event.key === "Escape") {
    const search = $("search");
    if (writes && search && search === event.target && search.value) wishFor("q", "", true), search.value = "";
    else if (writes) event.target.blur();
    else if (["cell", "rule"].includes(place().view)) history.length > 1 ? history.back() : location.hash = link("scenarios");
    else if (FILTERS.some((name) => wishes()[name])) location.hash = link(place().view);
  }
});

// Paper does not scroll: tables that are wider than it are made smaller, as far as they need to be.
const PAPER = 690;
addEventListener("beforeprint", () => {
  for (const table of document.querySelectorAll(".scroll > table")) {
    table.style.width = "min-content";
    table.style.minWidth = "0";
    const wide = table.offsetWidth;
    table.style.width = table.style.minWidth = "";
    // What is printed is set smaller than what is measured here, by more than a fifth.
    if (wide > PAPER) table.style.zoom = String(Math.min(1, 1.2 * PAPER / wide));
  }
});
addEventListener("afterprint", () => { for (const table of document.querySelectorAll(".scroll > table")) table.style.zoom = ""; });

const THEMES = ["auto", "light", "dark"];
function theme(name) {
  if (name === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", name);
  $("theme").textContent = { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" }[name];
  $("theme").setAttribute("aria-label", `Colours: ${name}. Press for the next.`);
  $("theme").value = name;
  try { localStorage.setItem("conformance-theme", name); } catch { /* pages from the disk may not remember */ }
}
$("theme").addEventListener("click", () => theme(THEMES[(THEMES.indexOf($("theme").value) + 1) % THEMES.length]));
let remembered = null;
try { remembered = localStorage.getItem("conformance-theme"); } catch { /* the same */ }
theme(THEMES.includes(remembered) ? remembered : "auto");

$("ran").textContent = `${data.run.started.slice(0, 16).replace("T", " ")} · harness ${data.run.harness} · profile ${data.run.profile}`;
document.querySelector("[data-skip]").addEventListener("click", (event) => { event.preventDefault(); $("main").focus(); });
addEventListener("hashchange", () => show());
show();
