import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { consumerKill } from './consumer-kill.fault.js';
import { mailKill } from './mail-kill.fault.js';
import { relayKill } from './relay-kill.fault.js';
import type { FaultReport, Scenario } from './scenario.js';
import { standaloneKill } from './standalone-kill.fault.js';

type Flags = { injections?: number; seed: number; file?: string; list?: true; json?: string };

const SCENARIOS: readonly Scenario[] = [standaloneKill, consumerKill, relayKill, mailKill];

const whole = (min: number) => (text: string) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= 4_294_967_295) return value;
  throw new InvalidArgumentError(`Expected a whole number from ${min}.`);
};

const startedAt = performance.now();
const say = (line: string): void => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stderr.write(`${seconds.padStart(6)} s  ${line}\n`);
};

const program = new Command('npm run faults --')
  .description('Breaks a running system on purpose and checks that nothing was lost, doubled or put out of order.')
  .argument('[name]', 'scenario, see --list')
  .option('--injections <n>', 'how often to break it (default: the scenario says)', whole(1))
  .option('--seed <n>', 'by which the moments are chosen', whole(0), 1)
  .option('--file <file>', 'a real shop (preset uci-online-retail) instead of a made-up one')
  .option('--json <file>', 'write the report to a file as well')
  .option('--list', 'name the scenarios')
  .addHelpText('after', '\nExit code: 0 if it holds, 1 if not or the run failed, 2 if it was not clear what to do.')
  .exitOverride()
  .action(run);

async function run(name: string | undefined, flags: Flags): Promise<void> {
  if (flags.list) {
    for (const { name: known, summary } of SCENARIOS) console.log(`${known}\t${summary}`);
    return;
  }
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (!scenario) {
    process.stderr.write(
      `${name === undefined ? 'Which scenario?' : `There is no scenario "${name}".`} --list names them.\n`,
    );
    process.exitCode = 2;
    return;
  }
  const { seed, file } = flags;
  const injections = flags.injections ?? scenario.injections;
  const report = await scenario.run({ injections, seed, say, ...(file !== undefined && { file }) });
  print(report);
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.holds ? 0 : 1;
}

function print({ remarks, ...figures }: FaultReport): void {
  const table = new Table({ head: ['figure', 'value'], style: { head: [], border: [] } });
  for (const [figure, value] of Object.entries(figures)) table.push([figure, String(value)]);
  console.log(table.toString());
  for (const remark of remarks) console.log(remark);
}

// What was started ends with us, also where nobody waits for it to end in order.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
// A run that failed may have left a request that still waits for the system to come back.
process.exit();
