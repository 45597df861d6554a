// How the result came about: for whoever wants to do it again, or to doubt it.
function about() {
  const run = data.run;
  return [h("h1", {}, "How this was made"),
    h("dl", { class: "facts" }, fact("Harness", run.harness), fact("Started", run.started), fact("Took", `${run.seconds} s`), fact("Profile", run.profile), run.ruleset && fact("Ruleset", run.ruleset),
      fact("Seed", String(run.seed || 0)), run.python && fact("Python", run.python), run.system && fact("System", run.system), run.baseline && fact("Baseline", run.baseline), fact("Schema", data.schema)),
    copyable("Command", run.command),
    data.redacted && h("p", { class: "note" }, "The texts of messages are hidden in this copy."),
    h("section", {}, h("h2", {}, "Targets"), data.targets.map((one) => h("article", { class: "card" }, h("h3", {}, one.title || one.name, one.version && h("span", { class: "version" }, " " + one.version)),
      h("p", { class: "kind" }, [one.kind || "gateway", (one.status || "ran").replace(/_/g, " ")].join(" · ")),
      one.reason && h("p", { class: "note" }, one.reason), one.url && h("p", {}, sourceLink(one.url)),
      (one.notes || []).length > 0 && h("ul", {}, one.notes.map((text) => h("li", {}, text))),
      (one.commands || []).length > 0 && copyable(`How ${one.name} was installed and started`, one.commands.join("\n")),
      (one.routes || []).length > 0 && h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": `Routes of ${one.name}` }, h("table", {}, h("thead", {}, h("tr", {}, ["Route", "Clients speak", "Upstream speaks", "Model", "Note"].map((text) => h("th", { scope: "col" }, text)))),
        h("tbody", {}, one.routes.map((route) => h("tr", {}, h("th", { scope: "row" }, route.name), h("td", {}, route.inbound), h("td", {}, route.upstream || "none"), h("td", {}, route.model), h("td", {}, route.note || "")))))),
      one.log && unfolded("the end of what it printed", () => one.log)))),
    (data.stale || []).length > 0 && h("section", {}, h("h2", {}, "Entries of the baseline that nothing matched"), h("ul", {}, data.stale.map((one) => h("li", {}, h("code", {}, one.entry), ` ${one.reason}`)))),
    (data.strays || []).length > 0 && h("section", {}, h("h2", {}, "Requests that belong to no cell"), gradually(h("ul"), data.strays, (text) => h("li", {}, text), 60))];
}
