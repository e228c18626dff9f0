import { mkdirSync, writeFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { Benchmark } from './benchmark.js';
import { collector } from './collector.bench.js';
import { consume } from './consume.bench.js';
import { ROUNDS_MIN, SECONDS_MIN } from './figures.js';
import { floor } from './floor.bench.js';
import { freshness } from './freshness.bench.js';
import { growth } from './growth.bench.js';
import { interleave } from './interleave.js';
import { relay } from './relay.bench.js';
import { reportOf, tableOf } from './report.js';
import { segments } from './segments.bench.js';
import { soak } from './soak.bench.js';
import { standalone } from './standalone.bench.js';

type Flags = {
  rounds: number;
  seconds?: number;
  list?: true;
  json?: string;
  profile?: string;
  file?: string;
  members?: number;
};

const BENCHMARKS: readonly Benchmark[] = [
  consume,
  floor,
  relay,
  collector,
  segments,
  growth,
  freshness,
  standalone,
  soak,
];

const whole = (text: string): number => {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1.');
};

const startedAt = performance.now();
const say = (line: string): void => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stderr.write(`${seconds.padStart(6)} s  ${line}\n`);
};

const program = new Command('npm run bench --')
  .description('Measures ours and what is beside it in turns, on the same servers, and verifies what each has done.')
  .argument('[name]', 'benchmark, see --list')
  .option('--rounds <n>', 'how often both sides are run', whole, ROUNDS_MIN)
  .option('--seconds <s>', `how long each is measured in a round (${SECONDS_MIN}, if it does not need more)`, whole)
  .option('--json <file>', 'write the report to a file as well')
  .option('--profile <dir>', 'CPU profiles of our processes')
  .option('--file <file>', 'a real file of purchases, for those that take one')
  .option('--members <n>', 'for those that begin with members, how many', whole)
  .option('--list', 'name the benchmarks')
  .addHelpText('after', '\nExit code: 0 if it holds, 1 if not or the run failed, 2 if it was not clear what to do.')
  .exitOverride()
  .action(run);

async function run(name: string | undefined, { rounds, list, json, profile, ...flags }: Flags): Promise<void> {
  if (list) {
    for (const { name: known, summary } of BENCHMARKS) console.log(`${known}\t${summary}`);
    return;
  }
  const benchmark = BENCHMARKS.find((known) => known.name === name);
  if (!benchmark) {
    process.stderr.write(`${name === undefined ? 'Which' : `There is no benchmark "${name}".`} --list names them.\n`);
    process.exitCode = 2;
    return;
  }
  if (profile !== undefined) mkdirSync(profile, { recursive: true });
  const seconds = flags.seconds ?? benchmark.seconds ?? SECONDS_MIN;
  const { file, members } = flags;
  const course = await benchmark.open({
    rounds,
    seconds,
    say,
    ...(profile !== undefined && { profileDir: profile }),
    ...(file !== undefined && { file }),
    ...(members !== undefined && { members }),
  });
  try {
    const done = await interleave(course, rounds, say);
    const report = reportOf(benchmark, done, { seconds, remarks: course.remarks });
    console.log(tableOf(report));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    process.exitCode = report.holds ? 0 : 1;
  } finally {
    await course.close();
  }
}

// What was started ends with us, also where nobody waits for it to end in order.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
  process.exitCode = 1;
}
process.exit();
