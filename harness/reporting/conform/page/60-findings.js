// All findings in one list, of which only what is on the screen is drawn.
const ROW = 76;

function findingRow({ one, cell, number }, position, all) {
  return h("li", { class: "finding-row", "aria-posinset": position + 1, "aria-setsize": all },
    h("a", { href: cellLink(cell, number) },
      h("span", { class: "first" }, severity(one.severity), h("strong", {}, one.rule), isNew(one, cell) && h("span", { class: "sev v-error" }, "new"), one.origin === "upstream" && h("span", { class: "sev v-inherited" }, "inherited"),
        one.is_expected && h("span", { class: "sev v-inherited" }, "expected"), one.times > 1 && h("span", { class: "small" }, `${one.times} times`), h("span", { class: "cellid" }, cell.id)),
      h("span", { class: "message" }, rich(one.message))));
}

function findingList() {
  const list = findings.filter((one) => findingFits(one, wishes()));
  const box = h("ul", { class: "findings", id: "findings" });
  const out = [h("h1", {}, "Findings"), h("p", { class: "lead" }, `${count(list.length, "finding")} of ${findings.length.toLocaleString("en")}, worst first; what was inherited from the upstream comes last.`)];
  if (!list.length) return [...out, h("p", { class: "note" }, findings.length ? "No finding fits the filters." : "Nothing was found.")];
  box.style.height = `${list.length * ROW}px`;
  let from = -1;
  let to = -1;
  const draw = () => {
    if (!box.isConnected) { stop(); return; }
    const top = box.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / ROW) - 10);
    const last = Math.min(list.length, Math.ceil((innerHeight - top) / ROW) + 10);
    if (first === from && last === to) return;
    // What has the focus stays: a list that throws it away cannot be walked with the Tab key.
    const held = box.contains(document.activeElement) ? Number(document.activeElement.closest("li").getAttribute("aria-posinset")) - 1 : -1;
    [from, to] = [first, last];
    const rows = list.slice(from, to).map((one, index) => {
      const row = findingRow(one, from + index, list.length);
      row.style.top = `${(from + index) * ROW}px`;
      return row;
    });
    box.replaceChildren(...rows);
    if (held >= from && held < to) rows[held - from].querySelector("a").focus({ preventScroll: true });
  };
  const flat = () => {
    box.classList.add("flat");
    box.replaceChildren(...list.slice(0, MOST_PRINTED).map((one, index) => findingRow(one, index, list.length)));
    if (list.length > MOST_PRINTED) box.append(h("li", {}, `… and ${count(list.length - MOST_PRINTED, "finding")} more`));
  };
  const back = () => { box.classList.remove("flat"); from = -1; draw(); };
  const stop = () => {
    removeEventListener("scroll", draw);
    removeEventListener("resize", draw);
    removeEventListener("beforeprint", flat);
    removeEventListener("afterprint", back);
  };
  addEventListener("scroll", draw, { passive: true });
  addEventListener("resize", draw);
  addEventListener("beforeprint", flat);
  addEventListener("afterprint", back);
  later.push(draw);
  return [...out, box];
}
