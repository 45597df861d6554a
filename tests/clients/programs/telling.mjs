// How the programs that drive clients of npm tell what happened: a line of JSON for each answer, on stdout.
import { readFileSync } from 'node:fs';

export const TOOL_RESULT = 'sunny, 21 °C';

const line = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

// The first line: which client this is.
export const told = (...names) => {
  const version = (name) =>
    JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
  line({ version: names.length === 1 ? version(names[0]) : names.map((it) => `${it} ${version(it)}`).join(', ') });
};

// One answer, or what the client raised.
export const tell = async (run, scene, ask) => {
  try {
    line({ run, scene, ...(await ask()) });
  } catch (error) {
    const status = error.status ?? error.statusCode;
    line({ run, scene, raised: error.constructor.name, message: String(error.message), ...(status && { status }) });
  }
};
