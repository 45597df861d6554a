// Making elements, saying things, copying.
const $ = (id) => document.getElementById(id);

// Characters that cannot be seen, or that turn the order of those that can, stand as escapes, whoever sent them.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const visible = (text) => String(text).replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

function h(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : key === "title" || key === "aria-label" ? visible(value) : value);
  }
  node.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false).map((one) => one instanceof Node ? one : visible(one)));
  return node;
}

// Words of a rule's page, in which backquotes stand around what is code.
const rich = (text) => String(text || "").split("`").map((part, index) => index % 2 ? h("code", {}, part) : part);

const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many || one + "s"}`;

function say(text) {
  const box = $("said");
  box.textContent = text;
  box.classList.add("on");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => box.classList.remove("on"), 2000);
}

async function copy(text) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages from the disk may not have a clipboard: the old way works there.
    const box = h("textarea", { "aria-hidden": "true", class: "away" });
    box.value = text;
    document.body.append(box);
    box.select();
    done = document.execCommand("copy");
    box.remove();
  }
  say(done ? "Copied" : "The browser does not allow copying: select the text instead");
}

function copyable(label, text) {
  return h("div", { class: "copyable" },
    h("div", { class: "bar" }, h("span", {}, label),
      h("button", { type: "button", class: "quiet", "aria-label": `Copy: ${label}`, onclick: () => copy(text) }, "Copy")),
    h("pre", { tabindex: "0", "aria-label": label }, text));
}

const MOST_PRINTED = 1000;

// Draws many things a screenful at a time, as the reader comes near the end of what is there.
function gradually(box, items, draw, step = 120) {
  let at = 0;
  const more = h("button", { type: "button", class: "more" }, "Show more");
  const next = () => {
    const part = document.createDocumentFragment();
    for (const end = Math.min(at + step, items.length); at < end; at++) part.append(draw(items[at], at));
    box.append(part);
    if (at >= items.length) { more.remove(); watch.disconnect(); }
  };
  const watch = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) next(); }, { rootMargin: "800px" });
  more.addEventListener("click", next);
  next();
  if (at >= items.length) return box;
  watch.observe(more);
  // Paper has no end to come near to: a list is drawn whole there, or as far as anybody would print.
  const whole = () => {
    if (!box.isConnected) { removeEventListener("beforeprint", whole); return; }
    while (at < Math.min(items.length, MOST_PRINTED)) next();
  };
  addEventListener("beforeprint", whole);
  return h("div", {}, box, more);
}

function ms(value) {
  if (value === null || value === undefined) return "–";
  return value >= 10000 ? `${(value / 1000).toFixed(1)} s` : value >= 100 ? `${value.toFixed(0)} ms` : `${value.toFixed(1)} ms`;
}
