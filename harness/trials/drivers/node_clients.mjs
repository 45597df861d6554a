// The clients of npm, driven as a program would use them; each asks once, streamed, and tells what came of it.
//     node node_clients.mjs openai-node
// The packages are looked for from the working directory. The contract is in docs/clients.md: one trial from the
// environment, or many from stdin where HARNESS_LINES is set.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.cwd()}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);

const object = (member) => ({
  type: "object",
  properties: { [member]: { type: "string" } },
  required: [member],
  additionalProperties: false,
});
const TOOLS = {
  get_weather: ["Tell the weather.", object("city")],
  get_time: ["Tell the time.", object("tz")],
};
const PROMPT = "What is the weather, and what time is it?";

const chatAsked = (asked) => ({
  model: asked.model,
  messages: [{ role: "user", content: PROMPT }],
  tools: Object.entries(TOOLS).map(([name, [description, parameters]]) => ({
    type: "function",
    function: { name, description, parameters },
  })),
  stream_options: { include_usage: true },
});
const responsesAsked = (asked) => ({
  model: asked.model,
  input: PROMPT,
  tools: Object.entries(TOOLS).map(([name, [description, parameters]]) => ({
    type: "function",
    name,
    description,
    parameters,
    strict: true,
  })),
});
const openai = async (asked) => {
  const { default: OpenAI } = await load("openai");
  return new OpenAI({ apiKey: asked.api_key, baseURL: asked.base_url, timeout: 60_000 });
};
const ended = (response) => ({
  finish: response.incomplete_details?.reason ?? response.status,
  usage: response.usage ? [response.usage.input_tokens, response.usage.output_tokens] : null,
});
const chatUsage = (usage) => (usage ? [usage.prompt_tokens, usage.completion_tokens] : null);

// openai-node: its events as they come
const events = async (asked) => {
  const client = await openai(asked);
  const told = { text: "", refusal: "", finish: null, usage: null, calls: [] };
  if (asked.dialect === "chat") {
    const calls = new Map();
    for await (const chunk of await client.chat.completions.create({ ...chatAsked(asked), stream: true })) {
      if (chunk.usage) told.usage = chatUsage(chunk.usage);
      for (const { delta, finish_reason: finish } of chunk.choices) {
        told.text += delta.content ?? "";
        told.refusal += delta.refusal ?? "";
        told.finish = finish ?? told.finish;
        for (const one of delta.tool_calls ?? []) {
          if (!calls.has(one.index)) calls.set(one.index, { name: "", arguments: "" });
          const call = calls.get(one.index);
          call.name += one.function?.name ?? "";
          call.arguments += one.function?.arguments ?? "";
        }
      }
    }
    told.calls = [...calls.keys()].sort((a, b) => a - b).map((index) => calls.get(index));
    return told;
  }
  told.reasoning = "";
  for await (const event of await client.responses.create({ ...responsesAsked(asked), stream: true })) {
    if (event.type === "response.output_text.delta") told.text += event.delta;
    else if (event.type === "response.refusal.delta") told.refusal += event.delta;
    else if (event.type === "response.reasoning_summary_text.delta") told.reasoning += event.delta;
    else if (event.type === "response.output_item.done" && event.item.type === "function_call")
      told.calls.push({ name: event.item.name, arguments: event.item.arguments });
    else if (event.type === "error") return { ...told, error: String(event.message) };
    else if (event.type === "response.failed")
      return { ...told, error: `${event.response.error.code}: ${event.response.error.message}` };
    else if (event.type === "response.completed" || event.type === "response.incomplete")
      Object.assign(told, ended(event.response));
  }
  return told;
};

// openai-node: its accumulating helpers
const accumulated = async (asked) => {
  const client = await openai(asked);
  if (asked.dialect === "chat") {
    const whole = await client.chat.completions.stream(chatAsked(asked)).finalChatCompletion();
    const [{ message, finish_reason: finish }] = whole.choices;
    return {
      text: message.content ?? "",
      refusal: message.refusal ?? "",
      calls: (message.tool_calls ?? []).map((it) => ({ name: it.function.name, arguments: it.function.arguments })),
      finish,
      usage: chatUsage(whole.usage),
    };
  }
  const whole = await client.responses.stream(responsesAsked(asked)).finalResponse();
  const parts = whole.output.filter((it) => it.type === "message").flatMap((it) => it.content);
  return {
    text: whole.output_text,
    refusal: parts.map((part) => (part.type === "refusal" ? part.refusal : "")).join(""),
    reasoning: whole.output
      .filter((it) => it.type === "reasoning")
      .flatMap((it) => it.summary.map((one) => one.text))
      .join(""),
    calls: whole.output
      .filter((it) => it.type === "function_call")
      .map((it) => ({ name: it.name, arguments: it.arguments })),
    error: whole.error ? `${whole.error.code}: ${whole.error.message}` : null,
    ...ended(whole),
  };
};

// The AI SDK: streamText, its parts as they come; tools without `execute`, so that the first call ends it
const streamed = async (asked, model) => {
  const { jsonSchema, streamText, tool } = await load("ai");
  globalThis.AI_SDK_LOG_WARNINGS = false;
  const tools = Object.fromEntries(
    Object.entries(TOOLS).map(([name, [description, schema]]) => [
      name,
      tool({ description, inputSchema: jsonSchema(schema) }),
    ]),
  );
  const told = { text: "", reasoning: "", calls: [], finish: null, usage: null };
  const result = streamText({ model, prompt: PROMPT, tools, onError: () => {} });
  for await (const part of result.fullStream) {
    if (part.type === "text-delta") told.text += part.text;
    else if (part.type === "reasoning-delta") told.reasoning += part.text;
    // What the provider runs itself (a web search) is no call for the program.
    else if (part.type === "tool-call" && !part.providerExecuted) told.calls.push({ name: part.toolName, arguments: part.input });
    else if (part.type === "error") told.error ??= wording(part.error);
    else if (part.type === "finish") {
      told.finish = part.finishReason;
      const { inputTokens, outputTokens } = part.totalUsage;
      told.usage = inputTokens === undefined ? null : [inputTokens, outputTokens];
    }
  }
  if (asked.dialect === "chat") delete told.reasoning;
  return told;
};
const aiSdk = async (asked) => {
  const { createOpenAI } = await load("@ai-sdk/openai");
  const provider = createOpenAI({ apiKey: asked.api_key, baseURL: asked.base_url });
  return streamed(asked, asked.dialect === "chat" ? provider.chat(asked.model) : provider.responses(asked.model));
};
const aiSdkCompatible = async (asked) => {
  if (asked.dialect !== "chat") return { unsupported: "@ai-sdk/openai-compatible speaks Chat Completions alone" };
  const { createOpenAICompatible } = await load("@ai-sdk/openai-compatible");
  const provider = createOpenAICompatible({
    name: "trial",
    apiKey: asked.api_key,
    baseURL: asked.base_url,
    includeUsage: true,
  });
  return streamed(asked, provider(asked.model));
};

const CLIENTS = {
  "openai-node": [events, ["openai"]],
  "openai-node-stream": [accumulated, ["openai"]],
  "ai-sdk": [aiSdk, ["ai", "@ai-sdk/openai"]],
  "ai-sdk-compatible": [aiSdkCompatible, ["ai", "@ai-sdk/openai-compatible"]],
};

function wording(error) {
  if (!(error instanceof Error)) return typeof error === "string" ? error : JSON.stringify(error);
  const status = error.statusCode ? ` (status ${error.statusCode})` : "";
  const body = error.responseBody && !error.message.includes(error.responseBody) ? ` ${error.responseBody}` : "";
  const last = error.lastError ? `: ${wording(error.lastError)}` : "";
  return `${error.constructor.name}: ${error.message}${status}${body}${last}`;
}

const [client, packages] = CLIENTS[process.argv[2]];
const answered = async (asked) => {
  try {
    return await client(asked);
  } catch (error) {
    return { error: wording(error) };
  }
};
const tell = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);
// What escapes a client's own promises is its crash, and is told as one.
const escaped = (error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(70);
};
process.on("unhandledRejection", escaped);
process.on("uncaughtException", escaped);

if (process.argv.includes("--versions")) {
  const found = {};
  for (const name of packages) {
    found[name] = null;
    try {
      const folder = require.resolve.paths(name).find((path) => {
        try {
          return readFileSync(join(path, name, "package.json"));
        } catch {
          return false;
        }
      });
      if (folder) found[name] = JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
    } catch {
      // It is not installed.
    }
  }
  tell(found);
} else if (process.env.HARNESS_LINES) {
  for await (const line of createInterface({ input: process.stdin })) tell(await answered(JSON.parse(line)));
} else {
  tell(
    await answered({
      dialect: process.env.HARNESS_DIALECT,
      model: process.env.HARNESS_MODEL,
      base_url: process.env.OPENAI_BASE_URL,
      api_key: process.env.OPENAI_API_KEY,
    }),
  );
}
