import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { runScenarios, type Timed } from './run-scenarios.js';
import type { FaultOptions, Scenario } from './scenario.js';
import { SCENARIOS } from './scenarios.js';

type Flags = {
  injections?: number;
  seed: number;
  file?: string;
  all?: true;
  short?: true;
  list?: true;
  json?: string;
};

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
  .argument('[names...]', 'scenarios, see --list')
  .option('--all', 'all scenarios, one after the other')
  .option('--short', 'in their short form: a small shop, short waits, few injections; without names all that have one')
  .option('--injections <n>', 'how often to break it (default: the scenario says)', whole(1))
  .option('--seed <n>', 'by which the moments are chosen', whole(0), 1)
  .option('--file <file>', 'a real shop (preset uci-online-retail) instead of a made-up one')
  .option('--json <file>', 'write the report to a file as well; of several scenarios a list')
  .option('--list', 'name the scenarios')
  .addHelpText('after', '\nExit code: 0 if all hold, 1 if one does not or failed, 2 if it was not clear what to do.')
  .exitOverride()
  .action(run);

async function run(names: string[], flags: Flags): Promise<void> {
  if (flags.list) {
    for (const { name, summary, short } of SCENARIOS)
      console.log(`${name}\t${summary}${short ? '' : ' (no short form)'}`);
    return;
  }
  const unknown = names.find((name) => !SCENARIOS.some((known) => known.name === name));
  const scenarios = chosen(names, flags);
  if (unknown !== undefined || scenarios.length === 0) {
    const problem = unknown === undefined ? 'Which scenario?' : `There is no scenario "${unknown}".`;
    process.stderr.write(`${problem} --list names them.\n`);
    process.exitCode = 2;
    return;
  }
  const isOne = scenarios.length === 1;
  const reports = await runScenarios({
    scenarios,
    optionsOf: (scenario) => optionsOf(scenario, flags, isOne),
    onReport: isOne ? print : printLine,
  });
  if (!isOne) printAll(reports);
  if (flags.json !== undefined) {
    writeFileSync(flags.json, `${JSON.stringify(isOne ? reports[0] : reports, null, 2)}\n`);
  }
  process.exitCode = reports.every(({ holds }) => holds) ? 0 : 1;
}

function chosen(names: readonly string[], { all, short }: Flags): readonly Scenario[] {
  if (names.length > 0) return SCENARIOS.filter(({ name }) => names.includes(name));
  if (short) return SCENARIOS.filter((scenario) => scenario.short !== null);
  return all ? SCENARIOS : [];
}

function optionsOf(scenario: Scenario, flags: Flags, isTalkative: boolean): FaultOptions {
  const { seed, file } = flags;
  const short = flags.short ?? false;
  const injections = flags.injections ?? (short ? (scenario.short ?? scenario.injections) : scenario.injections);
  const quiet = short && !isTalkative;
  const name = `${scenario.name}: `;
  return {
    injections,
    seed,
    short,
    ...(file !== undefined && { file }),
    say: quiet ? () => undefined : (line) => say(isTalkative ? line : name + line),
  };
}

function print({ remarks, ...figures }: Timed): void {
  const table = new Table({ head: ['figure', 'value'], style: { head: [], border: [] } });
  for (const [figure, value] of Object.entries(figures)) table.push([figure, String(value)]);
  console.log(table.toString());
  for (const remark of remarks) console.log(remark);
}

function printLine({ name, injections, inFlight, seconds, holds, remarks }: Timed): void {
  say(`${name} ${holds ? 'holds' : 'DOES NOT HOLD'}: ${injections} injections, ${inFlight} in flight, ${seconds} s`);
  if (!holds) for (const remark of remarks) process.stderr.write(`          ${remark}\n`);
}

const COLUMNS = [
  'name',
  'seed',
  'injections',
  'inFlight',
  'events',
  'lost',
  'doubled',
  'outOfOrder',
  'booksBalanced',
  'seconds',
  'holds',
] as const satisfies readonly (keyof Timed)[];

function printAll(reports: readonly Timed[]): void {
  const table = new Table({ head: [...COLUMNS], style: { head: [], border: [], compact: true } });
  for (const report of reports) table.push(COLUMNS.map((column) => String(report[column])));
  console.log(table.toString());
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
