// Reads one answer from standard input, feeds it to the openai package of npm, and tells what came of it.
// In: {"dialect", "status", "headers": [[name, value]], "body": base64, "streamed"}. Out: one line of JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(`${process.cwd()}/`);
const told = (fields) => process.stdout.write(`${JSON.stringify(fields)}\n`);

let input = "";
for await (const piece of process.stdin) input += piece;
const fed = JSON.parse(input);

let OpenAI;
let version;
try {
  OpenAI = require("openai").OpenAI;
  // The package does not export its package.json.
  version = JSON.parse(readFileSync(join(dirname(require.resolve("openai")), "package.json"), "utf8")).version;
} catch (error) {
  told({ status: "absent", message: `the package openai is not installed here (${error.code ?? error.message})` });
  process.exit(0);
}

const body = Buffer.from(fed.body, "base64");
const client = new OpenAI({
  apiKey: "none",
  baseURL: "http://recorded.invalid/v1",
  maxRetries: 0,
  fetch: async () => new Response(body, { status: fed.status, headers: fed.headers }),
});

// What a program reads off the final answer: its text, and its calls as name(arguments).
function ofCompletion({ choices: [{ message }] }) {
  const called = (message.tool_calls ?? []).filter((call) => call.function);
  return { text: message.content, calls: called.map(({ function: f }) => `${f.name}(${f.arguments})`) };
}

function ofResponse({ output, output_text: text }) {
  const called = output.filter((item) => item.type === "function_call");
  return { text, calls: called.map((item) => `${item.name}(${item.arguments})`) };
}

async function chat() {
  const asked = { model: "m", messages: [{ role: "user", content: "x" }] };
  if (!fed.streamed) return ofCompletion(await client.chat.completions.create(asked));
  return ofCompletion(await client.chat.completions.stream(asked).finalChatCompletion());
}

async function responses() {
  const asked = { model: "m", input: "x" };
  if (!fed.streamed) return ofResponse(await client.responses.create(asked));
  return ofResponse(await client.responses.stream(asked).finalResponse());
}

try {
  const { text, calls } = await (fed.dialect === "chat" ? chat() : responses());
  told({ status: "ok", version, text: text ?? null, calls });
} catch (error) {
  const name = error?.constructor?.name ?? typeof error;
  told({ status: "raised", version, exception: name, message: String(error?.message ?? JSON.stringify(error)) });
}
