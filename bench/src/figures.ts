import type { Bar, Measured } from './benchmark.js';

/** Both sides of one round, measured one right after the other. */
export type Round = Readonly<{ ours: Measured; beside: Measured }>;

export type Spread = Readonly<{ min: number; max: number }>;

/** Medians over the rounds, and their extremes. */
export type Comparison = Readonly<{
  ours: number;
  beside: number;
  /** The median of the rounds' own ratios: what disturbs one round disturbs both of its sides. */
  ratio: number;
  spread: Readonly<{ ours: Spread; beside: Spread; ratio: Spread }>;
}>;

/** `ratio` is that of the worst part, where there are parts. */
export type Figures = Comparison &
  Readonly<{
    parts: Readonly<Record<string, Comparison>>;
    /** Of all CPU that the machine had while it was measured. */
    generatorCpuShare: number;
    wrong: readonly string[];
  }>;

export const ROUNDS_MIN = 5;
export const SECONDS_MIN = 10;

type Amount = Readonly<{ count: number; seconds: number }>;

export function perSecond({ count, seconds }: Amount): number {
  if (!(seconds > 0)) throw new RangeError('Nothing was measured.');
  return count / seconds;
}

export function microsecondsEach({ count, seconds }: Amount): number {
  if (!(count > 0)) throw new RangeError('Nothing was measured.');
  return (seconds * 1e6) / count;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Between two values it is taken to rise evenly. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('There is no median of nothing.');
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}

export function figuresOf(rounds: readonly Round[], bar: Bar | null, cpus: number): Figures {
  const names = Object.keys(rounds[0]?.ours.parts ?? {});
  const parts = Object.fromEntries(names.map((name) => [name, comparisonOf(rounds, (side) => partOf(side, name))]));
  const ofAll = comparisonOf(rounds, ({ value }) => value);
  const isWorse = (a: Comparison, b: Comparison): boolean =>
    bar !== null && 'most' in bar ? a.ratio > b.ratio : a.ratio < b.ratio;
  const worst = Object.values(parts).reduce((a, b) => (isWorse(b, a) ? b : a), Object.values(parts)[0] ?? ofAll);
  const all = rounds.flatMap((round) => [round.ours, round.beside]);
  return {
    ...ofAll,
    ratio: worst.ratio,
    spread: { ...ofAll.spread, ratio: worst.spread.ratio },
    parts,
    generatorCpuShare: sum(all.map((side) => side.generatorCpuSeconds)) / (sum(all.map((side) => side.seconds)) * cpus),
    wrong: rounds.flatMap((round, at) => [
      ...round.ours.wrong.map((what) => `round ${at + 1}, ours: ${what}`),
      ...round.beside.wrong.map((what) => `round ${at + 1}, beside: ${what}`),
    ]),
  };
}

export type Doubtful = Pick<Figures, 'ratio' | 'wrong'>;
export type Held = Readonly<{ bar: Bar | null; rounds: number; seconds: number; secondsMin?: number }>;

/** Why it does not hold, in words; empty if it does. Too few or too short rounds are no measurement, whatever they say. */
export function doubtsOf(
  { ratio, wrong }: Doubtful,
  { bar, rounds, seconds, secondsMin = SECONDS_MIN }: Held,
): readonly string[] {
  return [
    ...wrong,
    ...(bar === null ? [] : beyond(bar, ratio)),
    ...(rounds >= ROUNDS_MIN ? [] : [`${rounds} rounds are too few: ${ROUNDS_MIN} are needed`]),
    ...(seconds >= secondsMin ? [] : [`${seconds} s a side are too short: ${secondsMin} are needed`]),
  ];
}

function beyond(bar: Bar, ratio: number): readonly string[] {
  if ('least' in bar)
    return ratio >= bar.least ? [] : [`the ratio ${ratio.toFixed(2)} is below the bar of ${bar.least}`];
  return ratio <= bar.most ? [] : [`the ratio ${ratio.toFixed(2)} is above the bar of ${bar.most}`];
}

function comparisonOf(rounds: readonly Round[], valueOf: (side: Measured) => number): Comparison {
  const ours = rounds.map((round) => valueOf(round.ours));
  const beside = rounds.map((round) => valueOf(round.beside));
  const ratios = ours.map((value, round) => value / (beside[round] as number));
  return {
    ours: median(ours),
    beside: median(beside),
    ratio: median(ratios),
    spread: { ours: spreadOf(ours), beside: spreadOf(beside), ratio: spreadOf(ratios) },
  };
}

function partOf({ parts }: Measured, name: string): number {
  const value = parts?.[name];
  if (value === undefined) throw new RangeError(`${name} was not measured.`);
  return value;
}

const spreadOf = (values: readonly number[]): Spread => ({ min: Math.min(...values), max: Math.max(...values) });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
