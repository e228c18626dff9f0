import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import Table from 'cli-table3';
import type { Benchmark } from './benchmark.js';
import { doubtsOf, type Figures, figuresOf, type Round } from './figures.js';

/** What was measured. `ours`, `beside` and `ratio` are medians; `holds` is true only if all that it needs was so. */
export type BenchReport = Readonly<{
  name: string;
  unit: string;
  ours: number;
  beside: number;
  ratio: number;
  bar: number;
  holds: boolean;
  rounds: number;
  seconds: number;
  spread: Figures['spread'];
  generatorCpuShare: number;
  machine: string;
  commit: string;
  date: string;
  /** For people: the settings of what is beside, and why it does not hold if it does not. */
  remarks: readonly string[];
}>;

export function reportOf(
  { name, unit, bar }: Pick<Benchmark, 'name' | 'unit' | 'bar'>,
  rounds: readonly Round[],
  { seconds, remarks }: Readonly<{ seconds: number; remarks: readonly string[] }>,
): BenchReport {
  const { wrong, ...figures } = figuresOf(rounds, cpus().length);
  const doubts = doubtsOf({ ratio: figures.ratio, wrong }, { bar, rounds: rounds.length, seconds });
  return {
    name,
    unit,
    ...figures,
    bar,
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
  const { ours, beside, ratio, spread, unit } = report;
  const table = new Table({ head: ['figure', 'median', 'least', 'most'], style: { head: [], border: [] } });
  table.push(['ours', whole(ours), whole(spread.ours.min), whole(spread.ours.max)]);
  table.push(['beside', whole(beside), whole(spread.beside.min), whole(spread.beside.max)]);
  table.push(['ratio', ratio.toFixed(2), spread.ratio.min.toFixed(2), spread.ratio.max.toFixed(2)]);
  return [
    `${report.name}, ${unit}; ${report.rounds} rounds of ${report.seconds} s a side`,
    table.toString(),
    `bar ${report.bar}: ${report.holds ? 'holds' : 'DOES NOT HOLD'}`,
    `load generator: ${(report.generatorCpuShare * 100).toFixed(1)} % of the CPU`,
    `${report.machine}; commit ${report.commit}, ${report.date}`,
    ...report.remarks,
  ].join('\n');
}

const whole = (rate: number): string => Math.round(rate).toLocaleString('en-US');

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
