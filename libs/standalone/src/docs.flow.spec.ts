import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { removeDataFolder } from '@tessera/platform-database/embedded';
import { createLogger } from '@tessera/platform-service';
import { type Standalone, startStandalone } from './start-standalone.js';

const ROOT = join(import.meta.dirname, '../../..');
const PAGES = [
  'README.md',
  ...['checkout', 'points', 'segments', 'recommendations', 'operating'].map((page) => `docs/guide/${page}.md`),
];
const WAIT_MS_MAX = 10_000;
const POLL_MS = 100;

type Step = Readonly<{
  line: number;
  code: string;
  /** Said to show its effect a moment later: repeated until it does. Only what may be repeated is marked so. */
  waits: boolean;
  expected?: Readonly<{ as: 'json' | 'text'; body: string }>;
}>;

/** A `sh` block after `<!-- run -->` is a step; a `json` or `text` block that follows at once is what it must answer. */
const STEP = /^<!-- run(: a moment later)? -->\n\n```sh\n([^]*?)\n```\n(?:\n```(json|text)\n([^]*?)\n```\n)?/gm;

function stepsOf(page: string): readonly Step[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(STEP)].map(({ 1: waits, 2: code = '', 3: as, 4: body = '', index }) => ({
    line: text.slice(0, index).split('\n').length,
    code,
    waits: waits !== undefined,
    ...(as && { expected: { as: as as 'json' | 'text', body } }),
  }));
}

/** Commands of the operator run from the sources, so that no build is needed and what is tested is what stands there. */
const COMMAND_LINE = `npm() {
  [ "$1 $2 $3" = "run tessera --" ] || { echo "only npm run tessera is known here" >&2; return 127; }
  shift 3
  "$TESSERA_NODE" --no-warnings --conditions=@tessera/source --import "$TESSERA_LOADER" "$TESSERA_ROOT/apps/cli/src/main.ts" "$@"
}`;

/** One shell a page, as its reader has one: what a step sets is there in the next. */
class Shell {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly exited: Promise<never>;
  private out = '';
  private err = '';
  private count = 0;

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.child = spawn('sh', [], { cwd: folder, env: { ...process.env, ...env } });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.exited = once(this.child, 'exit').then(() => {
      throw new Error(`the shell ended: ${this.err}`);
    });
    this.exited.catch(() => undefined);
  }

  async run(code: string): Promise<{ status: number; out: string; err: string }> {
    const mark = `end-of-step-${(this.count += 1)}`;
    this.out = '';
    this.err = '';
    this.child.stdin.write(`{\n${code}\n} </dev/null\nprintf '\\n${mark} %s\\n' "$?"\n`);
    for (;;) {
      const [whole, out = '', status] = new RegExp(`^([^]*)\\n${mark} (\\d+)\\n$`).exec(this.out) ?? [];
      if (whole !== undefined) return { status: Number(status), out, err: this.err };
      await Promise.race([sleep(10), this.exited]);
    }
  }

  close(): void {
    this.child.kill('SIGKILL');
  }
}

/** `"..."` stands for any value, and last in a list for any more; an object may have more fields than are shown. */
function jsonDifference(shown: unknown, answered: unknown, at = 'answer'): string | undefined {
  if (shown === '...' && answered !== undefined) return undefined;
  if (Array.isArray(shown) && Array.isArray(answered)) {
    const isOpen = shown.at(-1) === '...';
    const items = isOpen ? shown.slice(0, -1) : shown;
    if (isOpen ? answered.length < items.length : answered.length !== items.length) {
      return `${at}: ${answered.length} items, not ${items.length}: ${JSON.stringify(answered)}`;
    }
    return firstOf(items.map((item, place) => jsonDifference(item, answered[place], `${at}[${place}]`)));
  }
  if (isRecord(shown) && isRecord(answered)) {
    return firstOf(
      Object.entries(shown).map(([name, value]) => jsonDifference(value, answered[name], `${at}.${name}`)),
    );
  }
  return Object.is(shown, answered) ? undefined : `${at}: ${JSON.stringify(answered)}, not ${JSON.stringify(shown)}`;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const firstOf = (differences: readonly (string | undefined)[]): string | undefined =>
  differences.find((difference) => difference !== undefined);

/** Every line shown must be answered, in that order; `...` stands for any text, and width of white space is not compared. */
function textDifference(shown: string, answered: string): string | undefined {
  const lines = answered.split('\n').map(plain);
  let from = 0;
  for (const line of shown.split('\n').map(plain)) {
    const pattern = new RegExp(`^${line.split('...').map(escaped).join('.*')}$`);
    const found = lines.findIndex((candidate, place) => place >= from && pattern.test(candidate));
    if (found < 0) return `no line like ${line} in\n${answered}`;
    from = found + 1;
  }
  return undefined;
}

const plain = (line: string): string => line.replaceAll(/\s+/g, ' ').trim();
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

async function difference(shell: Shell, { code, expected }: Step): Promise<string | undefined> {
  const { status, out, err } = await shell.run(code);
  const said = `${out}${err}`.trim();
  if (!expected) return status === 0 ? undefined : `exit code ${status}: ${said}`;
  if (expected.as === 'text') return textDifference(expected.body, said);
  try {
    return jsonDifference(JSON.parse(expected.body), JSON.parse(out));
  } catch (error) {
    return `${(error as Error).message}: ${said}`;
  }
}

const missing = ['curl', 'sh'].filter((program) => spawnSync(program, ['-c', 'true'], { stdio: 'ignore' }).error);
const isLeftOut = missing.length > 0 && process.env['CI'] !== 'true';
const suite = isLeftOut ? describe.skip : describe;

suite(
  `what the documentation shows${isLeftOut ? `, NOT RUN: there is no ${missing.join(' and no ')} here` : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-docs-'));
    const dataDir = mkdtempSync(join(tmpdir(), 'tessera-docs-data-'));
    let standalone: Standalone | undefined;

    beforeAll(async () => {
      const logger = createLogger({ level: 'silent' });
      standalone = await startStandalone({ dataDir, port: 0, host: '127.0.0.1', logger });
    }, 120_000);
    afterAll(async () => {
      await standalone?.close();
      await removeDataFolder(dataDir);
      rmSync(folder, { recursive: true, force: true });
    });

    describe.each(PAGES)('%s', (page) => {
      let shell: Shell;

      beforeAll(async () => {
        shell = new Shell(folder, {
          TESSERA_URL: standalone?.url ?? '',
          TESSERA_TOKEN: standalone?.token ?? '',
          TESSERA_ROOT: ROOT,
          TESSERA_NODE: process.execPath,
          TESSERA_LOADER: pathToFileURL(join(ROOT, 'tools/test/typescript/register.mjs')).href,
        });
        await shell.run(COMMAND_LINE);
      });
      afterAll(() => shell.close());

      const steps = stepsOf(page);

      it('runs every block that it says to run', () => {
        const marks = readFileSync(join(ROOT, page), 'utf8').match(/<!-- run\b/g) ?? [];
        expect(steps.length).toBe(marks.length);
        expect(steps.length).toBeGreaterThan(0);
      });

      it.each(steps.map((step) => [step.line, step] as const))('line %i', async (_, step) => {
        const until = Date.now() + (step.waits ? WAIT_MS_MAX : 0);
        for (;;) {
          const found = await difference(shell, step);
          if (found === undefined) return;
          if (Date.now() >= until) throw new Error(`${found}\n\nafter\n\n${step.code}`);
          await sleep(POLL_MS);
        }
      });
    });
  },
);
