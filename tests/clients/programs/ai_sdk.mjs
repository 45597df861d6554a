// The AI SDK against one base URL: whole and streamed, tools that it executes itself, structured output; three providers.
//     node ai_sdk.mjs BASE_URL SCENE ...
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { TOOL_RESULT, tell, told } from './telling.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;
const [baseURL, ...scenes] = process.argv.slice(2);
const openai = createOpenAI({ apiKey: 'sk-none', baseURL });
const compatible = createOpenAICompatible({
  name: 'gateway',
  apiKey: 'sk-none',
  baseURL,
  includeUsage: true,
  supportsStructuredOutputs: true,
});
const MODELS = { responses: openai.responses('mem'), chat: openai.chat('mem'), compatible: compatible('mem') };
const Place = z.object({ city: z.string(), n: z.number().int() });

const asked = (model, scene, executed) => ({
  model,
  prompt: scene,
  maxRetries: 0,
  ...(scene === 'json'
    ? { output: Output.object({ schema: Place }) }
    : {
        stopWhen: stepCountIs(3),
        tools: {
          get_weather: tool({
            description: 'Tell the weather.',
            inputSchema: z.object({ city: z.string() }),
            execute: ({ city }) => {
              executed.push(['get_weather', city]);
              return TOOL_RESULT;
            },
          }),
          get_time: tool({
            description: 'Tell the time.',
            inputSchema: z.object({ tz: z.string() }),
            execute: ({ tz }) => {
              executed.push(['get_time', tz]);
              return '12:00';
            },
          }),
        },
      }),
});

const outcome = async (steps, usage, text, finish, executed) => ({
  text,
  reasoning: steps.map((step) => step.reasoningText ?? '').join(''),
  calls: steps.flatMap((step) => step.toolCalls.map((it) => [it.toolCallId, it.toolName, it.input])),
  executed: executed.sort(),
  finish,
  usage: [usage.inputTokens, usage.outputTokens, usage.totalTokens, usage.outputTokenDetails?.reasoningTokens ?? 0],
  requests: steps.length,
});

const whole = async (model, scene) => {
  const executed = [];
  const result = await generateText(asked(model, scene, executed));
  const got = await outcome(result.steps, result.totalUsage, result.text, result.finishReason, executed);
  return scene === 'json' ? { ...got, parsed: result.output } : got;
};

const streamed = async (model, scene) => {
  const executed = [];
  const result = streamText({ ...asked(model, scene, executed), onError: () => {} });
  let failure;
  let deltas = '';
  for await (const part of result.fullStream) {
    if (part.type === 'error') failure = part.error;
    if (part.type === 'text-delta') deltas += part.text;
  }
  if (failure) throw failure instanceof Error ? failure : Object.assign(new Error(failure.message ?? String(failure)));
  const got = await outcome(
    await result.steps,
    await result.totalUsage,
    await result.text,
    await result.finishReason,
    executed,
  );
  return { ...got, deltas, ...(scene === 'json' && { parsed: await result.output }) };
};

told('ai', '@ai-sdk/openai', '@ai-sdk/openai-compatible');
for (const scene of scenes) {
  for (const [api, model] of Object.entries(MODELS)) {
    await tell(`${api} generateText`, scene, () => whole(model, scene));
    await tell(`${api} streamText`, scene, () => streamed(model, scene));
  }
}
