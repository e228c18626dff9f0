import { readFile } from 'node:fs/promises';
import { ESLint } from 'eslint';

/**
 * Lints fixtures as if each stood at another file's place, by the repository's own configuration. Reads `[{ fixture, as }]` from
 * the arguments and writes `{ [fixture]: [rule, ...] }`, so that a rule that was switched off shows.
 */
const cases = JSON.parse(process.argv[2] ?? '[]');
const eslint = new ESLint({ cwd: new URL('../..', import.meta.url).pathname });
const found = {};
for (const { fixture, as } of cases) {
  const text = await readFile(new URL(`fixtures/${fixture}`, import.meta.url), 'utf8');
  const [result] = await eslint.lintText(text, { filePath: as });
  found[fixture] = result.messages.map(({ ruleId, message }) => ruleId ?? message);
}
console.log(JSON.stringify(found));
