// Reads one stream through the openai package and prints what came, one JSON value a line.
import OpenAI from 'openai';

const [what, baseURL] = process.argv.slice(2);
const client = new OpenAI({ apiKey: 'sk-live', baseURL, maxRetries: 0 });
const say = (value) => console.log(JSON.stringify(value));

if (what === 'chat') {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } };
  const stream = await client.chat.completions.create({
    model: 'm',
    messages: [{ role: 'user', content: 'weather?' }],
    stream: true,
    stream_options: { include_usage: true },
    tools: [{ type: 'function', function: { name: 'weather', parameters } }],
  });
  for await (const chunk of stream) say(chunk);
} else {
  const stream = client.responses.stream({ model: 'm', input: 'weather?' });
  for await (const event of stream) say(event);
  const final = await stream.finalResponse();
  say([final.output_text, final.usage]);
}
