// Bytes, shown so that each of them can be told: text where it is UTF-8, escapes where it is not.
// A body comes as pieces [offset, text], one character a byte.
function sliced(pieces, start, stop) {
  const out = [];
  for (const [offset, text] of pieces) {
    const from = Math.max(start, offset);
    const to = Math.min(stop, offset + text.length);
    if (from < to) out.push([from, text.slice(from - offset, to - offset)]);
  }
  return out;
}

function escaped(bytes) {
  let out = "";
  for (let at = 0; at < bytes.length;) {
    const code = bytes.charCodeAt(at);
    const size = code < 0x80 ? 1 : code >= 0xc2 && code < 0xe0 ? 2 : code >= 0xe0 && code < 0xf0 ? 3 : code >= 0xf0 && code < 0xf5 ? 4 : 0;
    if (size > 1) {
      const part = bytes.slice(at, at + size);
      try { out += decodeURIComponent([...part].map((one) => "%" + one.charCodeAt(0).toString(16).padStart(2, "0")).join("")); at += size; continue; } catch { /* not UTF-8: as an escape */ }
    }
    if (code === 10) out += "↵\n";
    else if (code === 13) out += "\\x0d";
    else if (size === 1 && code >= 32 && code !== 127) out += bytes[at];
    else out += "\\x" + code.toString(16).padStart(2, "0");
    at++;
  }
  return out;
}

function hex(bytes, offset) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = bytes.slice(at, at + 16);
    const codes = [...part].map((one) => one.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
    lines.push(`${(offset + at).toString(16).padStart(6, "0")}  ${codes.padEnd(47)}  ${part.replace(/[^\x20-\x7e]/g, ".")}`);
  }
  return lines.join("\n");
}

// Bytes from start to stop with some before and after, the place marked; a finer place within where it is known.
// A whole event is marked softly: it is where to look, and not each byte of it is wrong.
function bytesAround(pieces, size, start, stop, inner, label) {
  const before = Math.max(0, start - 160);
  const after = Math.min(size, stop + 160);
  const pre = h("pre", { class: "bytes", tabindex: "0", "aria-label": label });
  let asHex = false;
  const part = (from, to, kind) => {
    if (from >= to) return [];
    const found = sliced(pieces, from, to);
    if (!found.length) return [h("em", {}, `[${count(to - from, "byte")} left out]`)];
    return found.map(([offset, text]) => {
      const cut = text.length > 20000 ? text.slice(0, 20000) : text;
      const shown = asHex ? hex(cut, offset) + "\n" : escaped(cut) + (cut.length < text.length ? ` … [${count(text.length - cut.length, "more byte")}]` : "");
      return kind === "plain" ? h("span", { class: "around" }, shown) : h("mark", { class: kind }, shown);
    });
  };
  const draw = () => {
    const middle = inner ? [part(start, inner[0], "soft"), part(inner[0], inner[1], "hard"), part(inner[1], stop, "soft")] : [part(start, stop, stop - start > 100 ? "soft" : "hard")];
    pre.replaceChildren(...[part(before, start, "plain"), ...middle, part(stop, after, "plain")].flat(Infinity));
  };
  draw();
  const toggle = h("button", { type: "button", class: "quiet", "aria-pressed": "false", onclick: () => {
    asHex = !asHex;
    toggle.setAttribute("aria-pressed", String(asHex));
    draw();
  } }, "Hex");
  const all = sliced(pieces, start, stop).map(([, text]) => text).join("");
  return h("div", { class: "copyable" }, h("div", { class: "bar" }, h("span", {}, `${label}, bytes ${start.toLocaleString("en")} to ${stop.toLocaleString("en")} of ${size.toLocaleString("en")}`),
    toggle, h("button", { type: "button", class: "quiet", "aria-label": `Copy: ${label}`, onclick: () => copy(escaped(all)) }, "Copy")), pre);
}

// Where in JSON text a pointer points: first character and the one after the last, or null.
function located(text, pointer) {
  const path = pointer.split("/").slice(1).map((one) => one.replace(/~1/g, "/").replace(/~0/g, "~"));
  let at = 0;
  const space = () => { while (at < text.length && " \t\r\n".includes(text[at])) at++; };
  const string = () => { const from = at++; while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1; at++; return text.slice(from, at); };
  const value = (depth, on) => {
    space();
    const from = at;
    let found = null;
    if (text[at] === "{" || text[at] === "[") {
      const list = text[at] === "[";
      const close = list ? "]" : "}";
      at++;
      for (let index = 0; at < text.length; index++) {
        space();
        if (text[at] === close) break;
        let key = String(index);
        if (!list) { if (text[at] !== '"') return null; key = JSON.parse(string()); space(); at++; }
        const mine = on && depth < path.length && path[depth] === key;
        const inside = value(depth + 1, mine);
        if (mine) found = inside;
        space();
        if (text[at] === ",") at++;
        else if (text[at] !== close) return found;
      }
      at++;
    } else if (text[at] === '"') string();
    else while (at < text.length && !",]} \t\r\n".includes(text[at])) at++;
    return on && depth === path.length ? [from, at] : found;
  };
  try { return path.length ? value(0, true) : null; } catch { return null; }
}

function innerPlace(pieces, start, stop, pointer) {
  if (!pointer) return null;
  const found = sliced(pieces, start, stop);
  if (found.length !== 1) return null;
  const [offset, text] = found[0];
  const lead = /^[\s\S]*?(?:^|[\r\n])data: ?/.exec(text);
  const skip = lead ? lead[0].length : 0;
  const place = located(text.slice(skip).replace(/[\r\n]+$/, ""), pointer);
  return place && [offset + skip + place[0], offset + skip + place[1]];
}
