import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = join(import.meta.dirname, '../..');
export const CLIENTS = join(ROOT, 'docs/guide/clients');
export const readClient = (path: string): string => readFileSync(join(CLIENTS, path), 'utf8');

const FETCH_MS_MAX = 5 * 60_000;

/** An example's text in a file of its own, and how it is run. */
export type Language = Readonly<{
  name: 'TypeScript' | 'Python' | 'Java';
  publisher: string;
  consumer: string;
  /** The line of the publisher that the guide says may be left out. */
  optional: RegExp;
  /** What is missing on this machine; undefined when its examples can be run. */
  missing: string | undefined;
  /** Gets the client library the first time, and answers with the command that runs a file. */
  prepare(): Promise<readonly string[]>;
}>;

const runs = (command: string, ...parameters: string[]): boolean => spawnSync(command, parameters).status === 0;

export const languages: readonly Language[] = [
  {
    name: 'TypeScript',
    publisher: 'typescript/publish-purchases.ts',
    consumer: 'typescript/consume-segments.ts',
    optional: /^ *headers: cloudEvent\(purchase\),\n/m,
    missing: undefined,
    prepare: async () => [
      process.execPath,
      '--no-warnings',
      '--import',
      pathToFileURL(join(ROOT, 'tools/test/typescript/register.mjs')).href,
    ],
  },
  {
    name: 'Python',
    publisher: 'python/publish_purchases.py',
    consumer: 'python/consume_segments.py',
    optional: /^ *headers=cloud_event\(purchase\),\n/m,
    missing: runs('python3', '-c', 'import venv, ensurepip') ? undefined : 'python3 with venv',
    async prepare() {
      const folder = await kept('python/requirements.txt', async (made) => {
        await run('python3', ['-m', 'venv', made]);
        await run(join(made, 'bin/python'), [
          '-m',
          'pip',
          'install',
          '--quiet',
          '-r',
          `${CLIENTS}/python/requirements.txt`,
        ]);
      });
      return [join(folder, 'bin/python')];
    },
  },
  {
    name: 'Java',
    publisher: 'java/PublishPurchases.java',
    consumer: 'java/ConsumeSegments.java',
    optional: /^ *cloudEvent\(purchase\)\.forEach\(.*\n/m,
    missing: runs('javac', '-version') && runs('mvn', '-version') ? undefined : 'javac with mvn',
    async prepare() {
      const folder = await kept('java/pom.xml', async (made) => {
        const parameters = ['-B', '-q', '-f', `${CLIENTS}/java/pom.xml`, 'dependency:copy-dependencies'];
        await run('mvn', [...parameters, '-DincludeScope=runtime', `-DoutputDirectory=${made}`]);
      });
      return ['java', '-XX:TieredStopAtLevel=1', '-cp', `${folder}/*`];
    },
  },
];

const run = (command: string, parameters: readonly string[]) =>
  promisify(execFile)(command, parameters, { timeout: FETCH_MS_MAX });

/**
 * A folder that is made once for each content of the file that names what is in it. It is made where it stays, since a Python
 * environment cannot be moved, and counts when its mark is there: half a download is never taken for a whole one.
 */
async function kept(file: string, make: (folder: string) => Promise<void>): Promise<string> {
  const digest = createHash('sha256').update(readClient(file)).digest('hex').slice(0, 12);
  const folder = join(ROOT, '.tessera/clients', `${dirname(file)}-${digest}`);
  const mark = join(folder, '.whole');
  if (existsSync(mark)) return folder;

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await make(folder);
  writeFileSync(mark, '');
  return folder;
}
