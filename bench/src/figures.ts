import type { Measured } from './benchmark.js';

/** Both sides of one round, measured one right after the other. */
export type Round = Readonly<{ ours: Measured; beside: Measured }>;

export type Spread = Readonly<{ min: number; max: number }>;

export type Figures = Readonly<{
  /** Medians over the rounds, per second. */
  ours: number;
  beside: number;
  /** The median of the rounds' own ratios: what disturbs one round disturbs both of its sides. */
  ratio: number;
  spread: Readonly<{ ours: Spread; beside: Spread; ratio: Spread }>;
  /** Of all CPU that the machine had while it was measured. */
  generatorCpuShare: number;
  wrong: readonly string[];
}>;

export const ROUNDS_MIN = 5;
export const SECONDS_MIN = 10;

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('There is no median of nothing.');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

export function figuresOf(rounds: readonly Round[], cpus: number): Figures {
  const ours = rounds.map((round) => rateOf(round.ours));
  const beside = rounds.map((round) => rateOf(round.beside));
  const ratios = ours.map((rate, round) => rate / (beside[round] as number));
  const all = rounds.flatMap((round) => [round.ours, round.beside]);
  return {
    ours: median(ours),
    beside: median(beside),
    ratio: median(ratios),
    spread: { ours: spreadOf(ours), beside: spreadOf(beside), ratio: spreadOf(ratios) },
    generatorCpuShare: sum(all.map((side) => side.generatorCpuSeconds)) / (sum(all.map((side) => side.seconds)) * cpus),
    wrong: rounds.flatMap((round, at) => [
      ...round.ours.wrong.map((what) => `round ${at + 1}, ours: ${what}`),
      ...round.beside.wrong.map((what) => `round ${at + 1}, beside: ${what}`),
    ]),
  };
}

/** Why it does not hold, in words; empty if it does. Too few or too short rounds are no measurement, whatever they say. */
export function doubtsOf(
  { ratio, wrong }: Pick<Figures, 'ratio' | 'wrong'>,
  { bar, rounds, seconds }: Readonly<{ bar: number; rounds: number; seconds: number }>,
): readonly string[] {
  return [
    ...wrong,
    ...(ratio >= bar ? [] : [`the ratio ${ratio.toFixed(2)} is below the bar of ${bar}`]),
    ...(rounds >= ROUNDS_MIN ? [] : [`${rounds} rounds are too few: ${ROUNDS_MIN} are needed`]),
    ...(seconds >= SECONDS_MIN ? [] : [`${seconds} s a side are too short: ${SECONDS_MIN} are needed`]),
  ];
}

function rateOf({ count, seconds }: Measured): number {
  if (!(seconds > 0)) throw new RangeError('Nothing was measured.');
  return count / seconds;
}

const spreadOf = (values: readonly number[]): Spread => ({ min: Math.min(...values), max: Math.max(...values) });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
