// openai from npm against one base URL: every way to ask; a line of JSON for each answer.
//     node openai_node.mjs BASE_URL SCENE ...
import OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { TOOL_RESULT, tell, told } from './telling.mjs';

const [baseURL, ...scenes] = process.argv.slice(2);
const client = new OpenAI({ apiKey: 'sk-none', baseURL, maxRetries: 0, timeout: 30_000 });
const Place = z.object({ city: z.string(), n: z.number().int() });
const CALLING = new Set(['weather', 'both', 'textcall', 'thinkcall']);

const tools = Object.entries({ get_weather: 'city', get_time: 'tz' }).map(([name, member]) => ({
  name,
  strict: true,
  parameters: {
    type: 'object',
    properties: { [member]: { type: 'string' } },
    required: [member],
    additionalProperties: false,
  },
}));

const chatAsked = (scene, messages) => ({
  model: 'mem',
  messages: messages ?? [{ role: 'user', content: scene }],
  ...(CALLING.has(scene) && { tools: tools.map((tool) => ({ type: 'function', function: tool })) }),
});
const responsesAsked = (scene, input) => ({
  model: 'mem',
  input: input ?? scene,
  ...(CALLING.has(scene) && { tools: tools.map((tool) => ({ type: 'function', ...tool })) }),
  ...(scene === 'think' && { reasoning: { summary: 'auto' } }),
});

const chatUsage = (usage) => [
  usage.prompt_tokens,
  usage.completion_tokens,
  usage.total_tokens,
  usage.completion_tokens_details?.reasoning_tokens ?? 0,
];

const completion = (whole) => {
  const [{ message, finish_reason: finish }] = whole.choices;
  return {
    text: message.content ?? '',
    refusal: message.refusal ?? '',
    reasoning: message.reasoning_content ?? '',
    calls: (message.tool_calls ?? []).map((it) => [it.id, it.function.name, it.function.arguments]),
    finish,
    usage: chatUsage(whole.usage),
    ...(message.parsed !== undefined && { parsed: message.parsed }),
  };
};

const response = (whole) => ({
  text: whole.output_text,
  refusal: whole.output
    .flatMap((it) => it.content ?? [])
    .filter((part) => part.type === 'refusal')
    .map((part) => part.refusal)
    .join(''),
  reasoning: whole.output
    .filter((it) => it.type === 'reasoning')
    .flatMap((it) => [...it.summary, ...(it.content ?? [])])
    .map((part) => part.text)
    .join(''),
  calls: whole.output
    .filter((it) => it.type === 'function_call')
    .map((it) => [it.call_id, it.name, it.arguments]),
  finish: whole.incomplete_details?.reason ?? whole.status,
  usage: [
    whole.usage.input_tokens,
    whole.usage.output_tokens,
    whole.usage.total_tokens,
    whole.usage.output_tokens_details.reasoning_tokens,
  ],
  ...(whole.output_parsed !== undefined && { parsed: whole.output_parsed }),
});

const CHAT = {
  create: async (asked) => completion(await client.chat.completions.create(asked)),
  streamed: async (asked) => {
    const got = { text: '', refusal: '', reasoning: '', calls: [], finish: null };
    const stream = await client.chat.completions.create({
      ...asked,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      if (chunk.usage) got.usage = chatUsage(chunk.usage);
      for (const { delta, finish_reason: finish } of chunk.choices) {
        got.text += delta.content ?? '';
        got.refusal += delta.refusal ?? '';
        got.reasoning += delta.reasoning_content ?? '';
        for (const call of delta.tool_calls ?? []) {
          const known = (got.calls[call.index] ??= ['', '', '']);
          known[0] += call.id ?? '';
          known[1] += call.function.name ?? '';
          known[2] += call.function.arguments ?? '';
        }
        got.finish = finish ?? got.finish;
      }
    }
    return got;
  },
  'stream()': async (asked) => {
    const stream = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } });
    // Of members that it does not know it keeps the last piece only.
    return { ...completion(await stream.finalChatCompletion()), reasoning: '' };
  },
};
const RESPONSES = {
  create: async (asked) => response(await client.responses.create(asked)),
  streamed: async (asked) => {
    let final;
    let deltas = '';
    for await (const event of await client.responses.create({ ...asked, stream: true })) {
      if (/^response\.(output_text|refusal|function_call_arguments)\.delta$/.test(event.type)) deltas += event.delta;
      if (event.type === 'response.failed') throw new Error(event.response.error.message);
      if (/^response\.(completed|incomplete)$/.test(event.type)) final = event.response;
    }
    // The SDK gives `output_text` to whole responses only.
    final.output_text = final.output
      .flatMap((it) => it.content ?? [])
      .filter((part) => part.type === 'output_text')
      .map((part) => part.text)
      .join('');
    const got = response(final);
    const said = got.text + got.refusal + got.calls.map((it) => it[2]).join('');
    if (said !== deltas) throw new Error(`the deltas ${deltas} are not ${said}`);
    return got;
  },
  'stream()': async (asked) => {
    const final = await client.responses.stream(asked).finalResponse();
    if (final.status === 'failed') throw new Error(final.error.message);
    return response(final);
  },
};

const chatLoop = async (ask) => {
  const messages = [{ role: 'user', content: 'weather' }];
  const { calls } = await ask(chatAsked('weather', messages));
  messages.push({
    role: 'assistant',
    content: null,
    tool_calls: calls.map(([id, name, given]) => ({ id, type: 'function', function: { name, arguments: given } })),
  });
  for (const [id] of calls) messages.push({ role: 'tool', tool_call_id: id, content: TOOL_RESULT });
  return ask(chatAsked('weather', messages));
};
const responsesLoop = async (ask) => {
  const input = [{ role: 'user', content: 'weather' }];
  const { calls } = await ask(responsesAsked('weather', input));
  for (const [id, name, given] of calls) {
    input.push({ type: 'function_call', call_id: id, name, arguments: given });
    input.push({ type: 'function_call_output', call_id: id, output: TOOL_RESULT });
  }
  return ask(responsesAsked('weather', input));
};
const runTools = async () => {
  const executed = [];
  const runner = client.chat.completions.runTools({
    model: 'mem',
    messages: [{ role: 'user', content: 'weather' }],
    stream: true,
    stream_options: { include_usage: true },
    tools: [
      {
        type: 'function',
        function: {
          ...tools[0],
          parse: JSON.parse,
          function: ({ city }) => {
            executed.push(['get_weather', city]);
            return TOOL_RESULT;
          },
        },
      },
    ],
  });
  const last = await runner.finalChatCompletion();
  return { ...completion(last), executed };
};

told('openai');
for (const scene of scenes) {
  for (const [way, ask] of Object.entries(CHAT)) await tell(`chat ${way}`, scene, () => ask(chatAsked(scene)));
  for (const [way, ask] of Object.entries(RESPONSES))
    await tell(`responses ${way}`, scene, () => ask(responsesAsked(scene)));
  if (scene === 'json') {
    const asked = { ...chatAsked(scene), response_format: zodResponseFormat(Place, 'place') };
    await tell('chat parse()', scene, async () => completion(await client.chat.completions.parse(asked)));
    await tell('chat stream(parse)', scene, () => CHAT['stream()'](asked));
    const wanted = { ...responsesAsked(scene), text: { format: zodTextFormat(Place, 'place') } };
    await tell('responses parse()', scene, async () => response(await client.responses.parse(wanted)));
    await tell('responses stream(parse)', scene, () => RESPONSES['stream()'](wanted));
  }
  if (scene === 'weather') {
    for (const [way, ask] of Object.entries(CHAT)) await tell(`chat ${way}`, 'loop', () => chatLoop(ask));
    for (const [way, ask] of Object.entries(RESPONSES)) await tell(`responses ${way}`, 'loop', () => responsesLoop(ask));
    await tell('chat runTools()', 'loop', runTools);
  }
}
