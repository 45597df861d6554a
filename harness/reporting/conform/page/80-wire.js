// The wire log: both sides on one time line, the upstream left, the client right, silences drawn.
function timeline(cell) {
  const items = [];
  const add = (side, number, at, kind, title, text, more) => items.push({ side, number, at, kind, title, text, order: items.length, ...more });
  const marks = { client: [], upstream: [] };
  cell.findings.forEach((one, index) => [one.where, one.earlier].forEach((where) => { if (where) marks[where.side || "client"].push({ where, index }); }));
  const flagged = (side, number, test) => [...new Set(marks[side].filter(({ where }) => (where.exchange || 0) === number && test(where)).map(({ index }) => index))];
  for (const side of ["client", "upstream"]) (cell.log[side] || []).forEach((wire, number) => {
    if (!wire.request) { add(side, number, wire.at || 0, "lost", "Not kept", wire.absent); return; }
    add(side, number, wire.at, "request", wire.request.line, "", { body: wire.request, found: flagged(side, number, (where) => where.part === "request") });
    const response = wire.response;
    if (response) {
      add(side, number, wire.at + response.at, "head", `${response.status} ${response.reason || ""}`.trim(), headerOf(response, "content-type"), { head: response, found: flagged(side, number, (where) => where.part === "head") });
      const parts = side === "client" && (response.events || []).length ? eventsOf(response) : chunksOf(response);
      for (const part of parts) {
        const found = flagged(side, number, (where) => (where.part === undefined || where.part === "body" || where.part === "upstream") && where.start !== undefined && where.start < part.stop && (where.stop || where.start + 1) > part.start);
        add(side, number, wire.at + part.at, part.kind, part.title, "", { pieces: response.body, start: part.start, stop: part.stop, found });
      }
    }
    add(side, number, wire.at + wire.ending.at, "ending", ENDING[wire.ending.how] || wire.ending.how, wire.ending.exception || "", { found: flagged(side, number, (where) => where.part === "ending") });
  });
  items.sort((a, b) => a.at - b.at || a.order - b.order);
  return items;
}

const ENDING = { complete: "End, as HTTP says", server_cut: "Cut by the server", reset: "Connection reset", client_close: "Left by the client", cancelled: "Cancelled", timeout: "Timed out", recorder_crash: "The recorder died" };
const headerOf = (response, name) => (response.headers.find((one) => one[0].toLowerCase() === name) || ["", ""])[1];

function chunksOf(response) {
  let start = 0;
  return response.chunks.map(([at, stop], index) => {
    const part = { at, start, stop, kind: "chunk", title: `chunk ${index}, ${count(stop - start, "byte")}` };
    start = stop;
    return part;
  });
}

function eventsOf(response) {
  let chunk = 0;
  return response.events.map(([start, stop, index]) => {
    while (chunk < response.chunks.length - 1 && response.chunks[chunk][1] < stop) chunk++;
    return { at: response.chunks.length ? response.chunks[chunk][0] : 0, start, stop, kind: index < 0 ? "block" : "event", title: index < 0 ? "block that no client sees" : `event ${index}` };
  });
}

function wireLog(cell, wanted) {
  const box = h("div");
  const most = Math.max(...["client", "upstream"].map((side) => (cell.log[side] || []).length));
  const about = cell.findings[Math.max(0, wanted)];
  // Many sessions at once are told apart best one by one.
  let chosen = most > 4 ? String((about && about.where.exchange) || 0) : "";
  const draw = () => box.replaceChildren(drawnLog(cell, chosen));
  draw();
  if (most < 2) return box;
  const pick = h("select", { id: "exchange", onchange: () => { chosen = pick.value; draw(); } }, h("option", { value: "", selected: !chosen }, "all"),
    Array.from({ length: most }, (_, number) => h("option", { value: String(number), selected: chosen === String(number) }, String(number + 1))));
  return h("div", {}, h("label", { class: "pick", for: "exchange" }, "Exchange ", pick), box);
}

function drawnLog(cell, chosen) {
  const items = timeline(cell).filter((one) => chosen === "" || one.number === Number(chosen));
  const steps = items.slice(1).map((one, index) => one.at - items[index].at).sort((a, b) => a - b);
  const usual = steps.length ? steps[Math.floor(steps.length / 2)] : 0;
  const rows = [];
  items.forEach((item, index) => {
    const gap = index ? item.at - items[index - 1].at : 0;
    if (gap > Math.max(15, usual * 6)) rows.push({ gap });
    // What the client got right after what the upstream sent stands beside it.
    const before = rows[rows.length - 1];
    if (before && before.pieces && !before.beside && item.pieces && before.side === "upstream" && item.side === "client") before.beside = item;
    else rows.push(item);
  });
  const box = h("ol", { class: "wire", "aria-label": "Wire log" });
  const list = gradually(box, rows, (row) => row.gap !== undefined ? silence(row.gap) : step(row, cell), 150);
  return h("div", {}, h("div", { class: "wirehead", "aria-hidden": "true" }, h("span", {}, "Upstream ↔ target"), h("span", {}, "time"), h("span", {}, "Target ↔ client")), list);
}

function silence(gap) {
  const node = h("li", { class: "gap" }, h("span", {}, `${ms(gap)} of silence`));
  node.style.minHeight = `${Math.min(120, 14 + 12 * Math.log2(1 + gap / 15))}px`;
  return node;
}

function step(item, cell) {
  const time = item.beside && item.beside.at - item.at >= 0.1 ? `${item.at.toFixed(1)} → ${item.beside.at.toFixed(1)} ms` : `${item.at.toFixed(1)} ms`;
  return h("li", { class: `step of-${item.side}${item.beside ? " pair" : ""}` }, h("time", {}, time), said(item, cell), item.beside && said(item.beside, cell));
}

function said(item, cell) {
  const many = ((cell.log[item.side] || []).length > 1) ? ` ${item.number + 1}` : "";
  const who = `${item.side === "client" ? "client" : "upstream"}${many}`;
  // Only what the target is to blame for is drawn as a fault; what it inherited is named.
  const marked = (item.found || []).map((index) => ({ index, one: cell.findings[index] }));
  const held = marked.filter(({ one }) => blamed(one)).map(({ one }) => one.severity);
  const bad = held.includes("error") ? " bad" : held.includes("warning") ? " doubtful" : "";
  const verb = { request: item.side === "client" ? "asks" : "is asked", head: item.side === "client" ? "is answered" : "answers" }[item.kind];
  const content = h("div", { class: `what ${item.side} k-${item.kind}${bad}` }, h("span", { class: "who" }, [who, verb].filter(Boolean).join(" ")), " ", h("b", {}, item.title), item.text ? ` ${item.text}` : "",
    marked.slice(0, 5).map(({ index, one }) => h("a", { class: `flag f-${blamed(one) ? one.severity : "info"}`, href: cellLink(cell, index), title: one.message }, `${blamed(one) && one.severity === "error" ? "✕ " : ""}${one.rule}${one.origin === "upstream" ? " (inherited)" : ""}`)));
  if (item.pieces) {
    const found = sliced(item.pieces, item.start, item.stop);
    const text = found.length ? escaped(found.map(([, one]) => one).join("")) : "[left out]";
    content.append(text.length > 360 ? longer(text) : h("code", { class: "data" }, text.replace(/(↵\n)+$/, (end) => "↵".repeat(end.length / 2))));
  }
  if (item.body) content.append(unfolded(`headers and body, ${count(item.body.size, "byte")}`, () => headers(item.body.headers) + "\n" + pretty(item.body)));
  if (item.head) content.append(unfolded("headers", () => headers(item.head.headers) + (item.head.note ? `\n${item.head.note}` : "")));
  return content;
}

const headers = (list) => list.map(([name, value]) => `${name}: ${value}`).join("\n") + "\n";

function pretty(body) {
  const text = body.body.map(([, one]) => one).join("");
  if (text.length === body.size) {
    try { return JSON.stringify(JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (one) => one.charCodeAt(0)))), null, 1); } catch { /* shown as it is */ }
  }
  return escaped(text) + (text.length < body.size ? ` … [${count(body.size - text.length, "byte")} left out]` : "");
}

function longer(text) {
  const code = h("code", { class: "data" }, text.slice(0, 320));
  const more = h("button", { type: "button", class: "quiet", onclick: () => { code.textContent = visible(text); more.remove(); } }, `… ${(text.length - 320).toLocaleString("en")} more`);
  return h("span", {}, code, more);
}

function unfolded(label, text) {
  const box = h("details", { class: "unfold", ontoggle: () => { if (box.open && box.children.length < 2) box.append(h("pre", { tabindex: "0", "aria-label": label }, text())); } }, h("summary", {}, label));
  return box;
}
