import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { incompatibilities } from './compatibility.js';
import { readReleased, RELEASED_FOLDER } from './released.js';
import { currentSchemas, generatedFiles, SCHEMA_FOLDER } from './render.js';

/** Both `src/generate` and `dist/generate` lie this deep. */
const root = join(import.meta.dirname, '../../../..');

const usage = `Usage: npm run generate [-- --check]

Writes the JSON Schemas of all events, the AsyncAPI document and docs/event-map.md from libs/contracts.
  --check  write nothing; list the files that are stale and what breaks the last release, and exit with 1 if there is any
  --help   this text
`;

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(join(root, path), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Files that differ from what the contracts give, and schemas of events that are no more. */
async function staleFiles(files: ReadonlyMap<string, string>): Promise<{ differing: string[]; leftOver: string[] }> {
  const differing: string[] = [];
  for (const [path, text] of files) if ((await contentOf(path)) !== text) differing.push(path);
  await mkdir(join(root, SCHEMA_FOLDER), { recursive: true });
  const present = (await readdir(join(root, SCHEMA_FOLDER))).map((file) => `${SCHEMA_FOLDER}/${file}`);
  return { differing, leftOver: present.filter((path) => !files.has(path)) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const files = generatedFiles();
  const { differing, leftOver } = await staleFiles(files);
  if (values.check) {
    const broken = incompatibilities(await readReleased(join(root, RELEASED_FOLDER)), currentSchemas());
    for (const path of differing) process.stdout.write(`stale: ${path}\n`);
    for (const path of leftOver) process.stdout.write(`of no event: ${path}\n`);
    for (const problem of broken) process.stdout.write(`breaks the last release: ${problem}\n`);
    if (differing.length + leftOver.length + broken.length > 0) process.exitCode = 1;
    else process.stdout.write(`${files.size} generated files are up to date; the last release is kept to\n`);
    return;
  }
  for (const path of differing) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), files.get(path) ?? '');
    process.stdout.write(`written: ${path}\n`);
  }
  for (const path of leftOver) process.stdout.write(`of no event, to be deleted by hand: ${path}\n`);
}

await main();
