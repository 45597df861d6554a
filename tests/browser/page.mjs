// Opens a report in chromium, uses it as a reader would, and prints what it saw as one JSON object.
// node page.mjs CHROMIUM FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, file] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const url = pathToFileURL(file).href;
const saw = { console: [], requests: [], axe: [], wide: [] };

const browser = await chromium.launch({ executablePath, args });
const VIEWS = ["overview", "scenarios", "rules", "findings", "changes", "about"];

async function opened(hash = "", options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", (one) => saw.console.push(one.text()));
  page.on("pageerror", (one) => saw.console.push(one.message));
  page.on("request", (one) => { if (!/^(file|data):/.test(one.url())) saw.requests.push(one.url()); });
  await page.goto(url + hash);
  await page.waitForSelector("h1");
  return page;
}

async function look(page, view, kind) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const one of found.violations) {
    if (["serious", "critical"].includes(one.impact)) saw.axe.push(`${view}, ${kind}: ${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
  }
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) saw.wide.push(`${view}, ${kind}`);
}

const begun = performance.now();
const page = await opened();
saw.milliseconds = Math.round(performance.now() - begun);
const red = await page.evaluate(() => JSON.parse(document.getElementById("data").textContent).cells.find((one) => one.status === "failed").id);
const rule = await page.evaluate(() => Object.keys(JSON.parse(document.getElementById("data").textContent).rules)[0]);
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
await page.waitForTimeout(50);
saw.filtered = await page.locator("#matrix td a.s-failed").count();
saw.others = await page.locator("#matrix td a:not(.s-failed)").count();

// Findings: only what is seen is drawn.
await page.goto(url + "#/findings");
await page.waitForSelector(".finding-row");
saw.drawn = await page.locator(".finding-row").count();
saw.listed = Number(await page.locator(".finding-row").first().getAttribute("aria-setsize"));
await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
await page.waitForFunction(() => { const all = document.querySelectorAll(".finding-row"); const last = all[all.length - 1]; return last.getAttribute("aria-posinset") === last.getAttribute("aria-setsize"); });
saw.drawnAtEnd = await page.locator(".finding-row").count();

// A deep link to a finding.
const deep = await opened(cell);
saw.deep = await deep.locator(".finding.chosen .message").innerText();
saw.marked = await deep.locator(".finding.chosen mark").allInnerTexts();
await deep.getByRole("button", { name: "Hex" }).first().click();
saw.hex = await deep.locator(".finding.chosen mark").first().innerText();
await deep.getByRole("button", { name: "Copy: With curl" }).click();
await deep.waitForFunction(() => document.getElementById("said").textContent !== "");
saw.copied = await deep.locator("#said").innerText();
saw.wire = await deep.evaluate(() => Object.fromEntries(["upstream", "client", "bad"].map((name) => [name, document.querySelectorAll(`.what.${name}`).length])));
saw.gaps = await deep.locator(".gap").allInnerTexts();
saw.times = await deep.locator(".step time").allInnerTexts();
saw.texts = await deep.locator(".what.client .data").allInnerTexts();

// Light, dark, paper.
const back = () => deep.evaluate(() => getComputedStyle(document.body).backgroundColor);
saw.themes = [await back()];
for (let turn = 0; turn < 3; turn++) { await deep.click("#theme"); saw.themes.push(await back()); }
await deep.emulateMedia({ media: "print" });
saw.printed = await deep.locator("#tabs").isVisible();

// What the policy forbids.
const shut = await browser.newPage();
await shut.goto(url);
saw.refused = await shut.evaluate(() => new Promise((done) => {
  document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
  fetch("http://127.0.0.1:9/").catch(() => setTimeout(() => done("nothing was refused"), 2000));
}));

for (const colorScheme of ["light", "dark"]) for (const width of [1280, 390]) {
  const one = await opened("", { colorScheme, viewport: { width, height: 844 } });
  for (const view of [...VIEWS.map((name) => `#/${name}`), cell, `#/rule/${rule}`]) {
    await one.evaluate((hash) => { location.hash = hash; }, view);
    await one.waitForTimeout(100);
    await look(one, view, `${colorScheme}, ${width}`);
  }
}
await browser.close();
console.log(JSON.stringify(saw));
