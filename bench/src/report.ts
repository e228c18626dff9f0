import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import Table from 'cli-table3';
import type { Benchmark } from './benchmark.js';
import { type Comparison, doubtsOf, type Figures, figuresOf, type Round } from './figures.js';

/** What was measured. `ours`, `beside` and `ratio` are medians; `holds` is true only if all that it needs was so. */
export type BenchReport = Readonly<{
  name: string;
  unit: string;
  ours: number;
  beside: number;
  ratio: number;
  /** Which the ratio must not pass, `barIs` tells on which side; null where nothing is asked of it. */
  bar: number | null;
  barIs: 'least' | 'most' | null;
  holds: boolean;
  rounds: number;
  seconds: number;
  spread: Figures['spread'];
  parts: Figures['parts'];
  generatorCpuShare: number;
  machine: string;
  commit: string;
  date: string;
  /** For people: the settings of what is beside, and why it does not hold if it does not. */
  remarks: readonly string[];
}>;

export function reportOf(
  { name, unit, bar, seconds: secondsMin }: Pick<Benchmark, 'name' | 'unit' | 'bar' | 'seconds'>,
  rounds: readonly Round[],
  { seconds, remarks }: Readonly<{ seconds: number; remarks: readonly string[] }>,
): BenchReport {
  const { wrong, ...figures } = figuresOf(rounds, bar, cpus().length);
  const doubts = doubtsOf(
    { ratio: figures.ratio, wrong },
    { bar, rounds: rounds.length, seconds, ...(secondsMin !== undefined && { secondsMin }) },
  );
  return {
    name,
    unit,
    ...figures,
    bar: bar && ('least' in bar ? bar.least : bar.most),
    barIs: bar && ('least' in bar ? 'least' : 'most'),
    holds: doubts.length === 0,
    rounds: rounds.length,
    seconds,
    machine: machine(),
    commit: commit(),
    date: new Date().toISOString().slice(0, 10),
    remarks: [...remarks, ...doubts],
  };
}

export function tableOf(report: BenchReport): string {
  const table = new Table({ head: ['figure', 'median', 'least', 'most'], style: { head: [], border: [] } });
  table.push(...rowsOf(report));
  for (const [name, part] of Object.entries(report.parts)) table.push(...rowsOf(part, `, ${name}`));
  return [
    `${report.name}, ${report.unit}; ${report.rounds} rounds of ${report.seconds} s a side`,
    table.toString(),
    `${report.bar === null ? 'no bar' : `at ${report.barIs} ${report.bar}`}: ${report.holds ? 'holds' : 'DOES NOT HOLD'}`,
    `load generator: ${(report.generatorCpuShare * 100).toFixed(1)} % of the CPU`,
    `${report.machine}; commit ${report.commit}, ${report.date}`,
    ...report.remarks,
  ].join('\n');
}

function rowsOf({ ours, beside, ratio, spread }: Comparison, of = ''): string[][] {
  return [
    [`ours${of}`, figure(ours), figure(spread.ours.min), figure(spread.ours.max)],
    [`beside${of}`, figure(beside), figure(spread.beside.min), figure(spread.beside.max)],
    [`ratio${of}`, ratio.toFixed(2), spread.ratio.min.toFixed(2), spread.ratio.max.toFixed(2)],
  ];
}

const WHOLE_FROM = 100;

/** Three digits, or all before the point. */
export const figure = (value: number): string =>
  Math.abs(value) >= WHOLE_FROM ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));

function machine(): string {
  const [first] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown CPU'}, ${gigabytes} GB, ${process.platform}, Node ${process.version}`;
}

/** With a mark where the sources differ from it: such figures belong to nobody. */
function commit(): string {
  const git = (...parameters: string[]): string =>
    execFileSync('git', parameters, {
      encoding: 'utf8',
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no').trim() !== '';
    return `${git('rev-parse', '--short', 'HEAD').trim()}${isChanged ? ' and changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
