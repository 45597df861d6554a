// Opens reports in chromium, uses them as a reader would, and prints what it saw as one JSON object, a member a report.
// node page.mjs CHROMIUM FOLDER, where FOLDER holds small.html, many.html, long.html and hostile.html.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args });
const VIEWS = ["overview", "scenarios", "rules", "findings", "changes", "about"];
const EVERY = [];
for (const colorScheme of ["light", "dark"]) for (const width of [1280, 390]) EVERY.push({ colorScheme, viewport: { width, height: 844 } });

// Goes to a view, and comes back when it is drawn.
const go = (page, view) => page.evaluate((hash) => new Promise((done) => {
  const drawn = () => requestAnimationFrame(() => setTimeout(done, 30));
  if (location.hash === hash) { drawn(); return; }
  addEventListener("hashchange", drawn, { once: true });
  location.hash = hash;
}), view);

// A report, and what is seen of it.
function report(name) {
  const url = pathToFileURL(join(folder, `${name}.html`)).href;
  const saw = { console: [], requests: [], axe: [], wide: [], dialogs: [] };
  async function opened(hash = "", options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    // The machine may be busy: what waits for ever is cut off by the test.
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    page.on("console", (one) => saw.console.push(one.text()));
    page.on("pageerror", (one) => saw.console.push(one.message));
    page.on("dialog", (one) => { saw.dialogs.push(one.message()); one.dismiss(); });
    page.on("request", (one) => { if (!/^(file|data):/.test(one.url())) saw.requests.push(one.url()); });
    await page.goto(url + hash);
    await page.waitForSelector("h1");
    return page;
  }
  const held = (page) => page.evaluate(() => {
    const all = JSON.parse(document.getElementById("data").textContent);
    return { red: all.cells.find((one) => one.status === "failed").id, rule: Object.keys(all.rules)[0] };
  });
  // What axe says of every view, in these colours and at this width.
  async function looked(options) {
    const page = await opened("", options);
    await page.evaluate(axe);
    const { red, rule } = await held(page);
    const kind = `${options.colorScheme}, ${options.viewport.width}`;
    for (const view of [...VIEWS.map((one) => `#/${one}`), `#/cell/${encodeURIComponent(red)}?finding=0`, `#/rule/${rule}`]) {
      await go(page, view);
      // Other colours can break nothing but contrast.
      const only = options.colorScheme === "dark" ? { runOnly: ["color-contrast"] } : {};
      const { violations } = await page.evaluate((more) => window.axe.run(document, { resultTypes: ["violations"], ...more }), only);
      for (const one of violations) {
        if (["serious", "critical"].includes(one.impact)) saw.axe.push(`${view}, ${kind}: ${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
      }
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) saw.wide.push(`${view}, ${kind}`);
      saw.views = (saw.views || 0) + 1;
    }
    await page.context().close();
  }
  return { url, saw, opened, held, looked };
}

// Everything that a reader does in a small report.
async function small() {
  const { url, saw, opened, held, looked } = report("small");
  const page = await opened();
  const { red } = await held(page);
  const cell = `#/cell/${encodeURIComponent(red)}?finding=0`;
  saw.red = red;
  saw.overview = await page.locator("main").innerText();

  // The matrix, by keyboard.
  await page.goto(url + "#/scenarios");
  await page.locator("#matrix td a").first().waitFor();
  await page.locator('#matrix td a[tabindex="0"]').focus();
  const label = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  saw.keys = [await label()];
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) { await page.keyboard.press(key); saw.keys.push(await label()); }
  saw.cells = await page.locator("#matrix td a").count();
  await page.keyboard.press("Enter");
  await page.waitForSelector(".crumbs");
  saw.opened = decodeURIComponent(page.url().split("#")[1]);
  await page.keyboard.press("Escape");
  await page.waitForSelector("#matrix");
  saw.back = page.url().split("#")[1];

  // Searching and filtering.
  await page.keyboard.press("/");
  await page.keyboard.type("text-0");
  await page.waitForFunction(() => location.hash.includes("q=text-0"));
  saw.searched = await page.locator("#matrix tbody tr:not(.group)").count();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !location.hash.includes("q="));
  saw.unsearched = await page.locator("#matrix tbody tr:not(.group)").count();
  await page.selectOption("#pick-status", "failed");
  await page.waitForFunction(() => location.hash.includes("status=failed"));
  await page.waitForFunction(() => !document.querySelector("#matrix td a:not(.s-failed)"));
  saw.filtered = await page.locator("#matrix td a.s-failed").count();
  saw.others = await page.locator("#matrix td a:not(.s-failed)").count();

  // What is new, and the rules.
  await page.goto(url + "#/scenarios?change=new");
  await page.waitForFunction(() => document.querySelectorAll("#matrix td a").length === 1);
  saw.new = (await page.locator("#matrix td a").evaluateAll((all) => all.map((one) => one.ariaLabel))).map((one) => one.split(":")[0]);
  await page.locator("#matrix td a").click();
  saw.said_of_new = await page.locator(".finding").first().innerText();
  await page.goto(url + "#/rules");
  await page.waitForSelector("#matrix.rules");
  saw.rules = await page.locator("#matrix .tally").allInnerTexts();

  // A deep link to a finding.
  const deep = await opened(cell);
  saw.again = await deep.locator("section", { has: deep.locator("h2", { hasText: "See it again" }) }).last().innerText();
  saw.deep = await deep.locator(".finding.chosen .message").innerText();
  saw.marked = await deep.locator(".finding.chosen mark").allInnerTexts();
  await deep.getByRole("button", { name: "Hex" }).first().click();
  saw.hex = await deep.locator(".finding.chosen mark").first().innerText();
  await deep.getByRole("button", { name: "Copy: With curl" }).click();
  await deep.waitForFunction(() => document.getElementById("said").textContent !== "");
  saw.copied = await deep.locator("#said").innerText();
  saw.wire = await deep.evaluate(() => Object.fromEntries(["upstream", "client", "bad"].map((name) => [name, document.querySelectorAll(`.what.${name}`).length])));
  // The text of the document, not what is painted: a step out of sight has no inner text (content-visibility).
  saw.gaps = await deep.locator(".gap").allTextContents();
  saw.times = await deep.locator(".step time").allTextContents();
  saw.texts = await deep.locator(".what.client .data").allTextContents();

  // Light, dark, paper.
  const back = () => deep.evaluate(() => getComputedStyle(document.body).backgroundColor);
  saw.themes = [await back()];
  for (let turn = 0; turn < 3; turn++) { await deep.click("#theme"); saw.themes.push(await back()); }
  await deep.reload();
  saw.reloaded = await deep.locator(".finding.chosen .message").innerText();
  await deep.click("#theme");
  await deep.click("#theme");
  await deep.emulateMedia({ media: "print", colorScheme: "dark" });
  saw.printed = await deep.locator("#tabs").isVisible();
  saw.paper = await back();
  saw.ink = await deep.evaluate(() => getComputedStyle(document.querySelector(".finding .message")).color);

  // What the policy forbids.
  const shut = await (await browser.newContext()).newPage();
  await shut.goto(url);
  saw.refused = await shut.evaluate(() => new Promise((done) => {
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
    fetch("http://127.0.0.1:9/").catch(() => setTimeout(() => done("nothing was refused"), 2000));
  }));

  await Promise.all(EVERY.slice(0, 2).map(looked));
  await Promise.all(EVERY.slice(2).map(looked));
  return saw;
}

// How thousands of findings are listed.
async function many(milliseconds) {
  const { url, saw, opened, looked } = report("many");
  const page = await opened();
  saw.milliseconds = milliseconds;

  // Findings: only what is seen is drawn.
  await page.goto(url + "#/findings");
  await page.waitForSelector(".finding-row");
  saw.drawn = await page.locator(".finding-row").count();
  saw.listed = Number(await page.locator(".finding-row").first().getAttribute("aria-setsize"));
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.waitForFunction(() => { const all = document.querySelectorAll(".finding-row"); const last = all[all.length - 1]; return last.getAttribute("aria-posinset") === last.getAttribute("aria-setsize"); });
  saw.drawnAtEnd = await page.locator(".finding-row").count();

  await looked(EVERY[0]);
  return saw;
}

// What becomes of a target that says whatever it likes.
async function hostile() {
  const { saw, opened, held } = report("hostile");
  const page = await opened();
  const { red } = await held(page);
  saw.texts = [];
  for (const view of ["#/overview", "#/scenarios", "#/rules", "#/findings", "#/changes", "#/about", `#/cell/${encodeURIComponent(red)}?finding=0`]) {
    await go(page, view);
    await page.evaluate(() => { for (const one of [...document.querySelectorAll("main summary, main button")]) if (one.tagName === "SUMMARY" || one.textContent.startsWith("…")) one.click(); });
    await page.waitForTimeout(50);
    saw.texts.push(await page.locator("body").evaluate((body) => body.innerText + "\n" + [...body.querySelectorAll("[title], [aria-label]")].map((one) => `${one.title} ${one.ariaLabel}`).join("\n")));
  }
  saw.scripts = await page.evaluate(() => document.querySelectorAll("script").length);
  saw.images = await page.evaluate(() => document.images.length);
  return saw;
}

// How a long answer is read to its end.
async function long() {
  const { saw, opened, held } = report("long");
  const page = await opened();
  const { red } = await held(page);
  const cell = `#/cell/${encodeURIComponent(red)}`;
  await go(page, cell);
  saw.at_first = await page.locator(".what.client.k-event").count();
  await page.waitForFunction(() => { scrollTo(0, document.body.scrollHeight); return !document.querySelector("button.more"); }, null, { polling: 50 });
  saw.at_last = await page.locator(".what.client.k-event b").last().textContent();
  const paper = await opened(cell);
  await paper.evaluate(() => dispatchEvent(new Event("beforeprint")));
  saw.on_paper = await paper.locator(".what.client.k-event").count();
  return saw;
}

// Alone, before anything else asks for the machine.
async function opening(name) {
  const { opened } = report(name);
  const begun = performance.now();
  const page = await opened();
  const took = Math.round(performance.now() - begun);
  await page.context().close();
  return took;
}

const milliseconds = await opening("many");
const seen = await Promise.all([small(), many(milliseconds), long(), hostile()]);
await browser.close();
console.log(JSON.stringify(Object.fromEntries(["small", "many", "long", "hostile"].map((name, index) => [name, seen[index]]))));
