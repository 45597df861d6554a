// What the page shows, and the words for it.
const data = JSON.parse($("data").textContent);

// Wire logs are most of the page: they are read when the first of them is asked for.
let logs = null;
function logOf(cell) {
  if (typeof cell.log !== "number") return cell.log;
  logs ||= JSON.parse($("logs").textContent);
  cell.log = logs[cell.log];
  return cell.log;
}

const STATUS = {
  failed: ["Failed", "✕", "At least one error that the target is to blame for."],
  warned: ["Warned", "!", "Warnings only: clients that take the specification at its word may fail."],
  passed: ["Passed", "✓", "It did what the scenario asks for, and nothing was found."],
  expected: ["Expected", "≈", "All that was found stands in the baseline."],
  not_exercised: ["Not exercised", "–", "What the scenario is about was not seen: this says nothing, neither good nor bad."],
  unsupported: ["Unsupported", "∅", "The target says itself that it does not do this."],
  harness_fault: ["Harness fault", "?", "The harness failed or the target could not be reached: this says nothing about conformance."],
};
const STATUSES = Object.keys(STATUS);
const CAPABILITY = {
  text: "Plain text", tools: "Tool calls", reasoning: "Reasoning", endings: "Refusals, limits and other endings",
  usage: "Token usage", input: "Images, files and other input", conversation: "Conversations and history",
  output: "Structured output, logprobs, choices", errors: "Errors of the upstream", transport: "Broken connections",
  behaviour: "Speed, cancelling, many at once",
};
const capabilityName = (name) => CAPABILITY[name] || name;
const MODE = { stream: "streamed", whole: "whole" };

const scenarios = new Map(data.scenarios.map((one) => [one.name, one]));
const targets = new Map(data.targets.map((one) => [one.name, one]));
for (const cell of data.cells) if (!targets.has(cell.target)) targets.set(cell.target, { name: cell.target, title: cell.target, routes: [] });
const capabilities = [...new Set([...Object.keys(CAPABILITY), ...data.scenarios.map((one) => one.capability)])]
  .filter((name) => data.scenarios.some((one) => one.capability === name));
const cells = new Map();
const findings = [];
for (const cell of data.cells) {
  cells.set(cell.id, cell);
  cell.findings ||= [];
  cell.capability = (scenarios.get(cell.scenario) || {}).capability || "other";
  cell.findings.forEach((one, number) => {
    one.where ||= {};
    findings.push({ one, cell, number });
  });
}
const RANK = { error: 0, warning: 1, info: 2 };
const blamed = (one) => one.origin !== "upstream" && !one.is_expected;
findings.sort((a, b) => blamed(b.one) - blamed(a.one) || RANK[a.one.severity] - RANK[b.one.severity]);

const CHANGE = { new: ["New", "failed"], unknown: ["Nobody can tell", "harness_fault"], still_failing: ["Still failing", "expected"], fixed: ["Fixed", "passed"] };
const changesOf = new Map();
for (const one of data.changes || []) changesOf.set(one.cell, [...(changesOf.get(one.cell) || []), one]);
const changed = (cell) => changesOf.get(cell.id) || [];
const isNew = (one, cell) => changed(cell).some((it) => it.kind === "new" && it.rule === one.rule && blamed(one));

function routesOf(target) {
  const named = (target.routes || []).map((one) => one.name);
  const seen = new Set(named);
  for (const cell of data.cells) if (cell.target === target.name && !seen.has(cell.route)) { seen.add(cell.route); named.push(cell.route); }
  return named;
}

function tally(list) {
  const counts = Object.fromEntries(STATUSES.map((name) => [name, 0]));
  for (const cell of list) counts[cell.status]++;
  return counts;
}

const inWords = (counts) => STATUSES.filter((name) => counts[name]).map((name) => `${counts[name].toLocaleString("en")} ${STATUS[name][0].toLowerCase()}`);

// A plain answer from the counts: the class it is drawn in, and the words.
function verdict(counts) {
  const judged = counts.passed + counts.warned + counts.failed + counts.expected;
  if (!judged) {
    if (counts.unsupported) return ["unsupported", "Not offered"];
    if (counts.harness_fault) return ["harness_fault", "Not judged"];
    return ["not_exercised", "Not shown"];
  }
  if (counts.failed) return counts.failed === judged ? ["failed", "No"] : ["failed", "In part"];
  if (counts.expected) return ["expected", "With known faults"];
  if (counts.warned) return ["warned", "Yes, with care"];
  return ["passed", "Yes"];
}

const ruleOf = (id) => data.rules[id] || { id, title: id };
const sourceLink = (text) => /^https?:\/\/\S+$/.test(text || "") ? h("a", { href: text, rel: "noreferrer noopener" }, text) : text;
