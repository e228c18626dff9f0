import { forwardWeight } from './decay.js';
import { MODEL } from './model.js';

/** By how many baskets of a day (since 1970) an article's count changed. */
export type Change = Readonly<{ sku: string; day: number; baskets: number }>;

/** As the database counts days: since 1970, each of 24 h. */
export const dayOf = (at: Date): number => Math.floor(at.getTime() / 86_400_000);

/** What a purchase line told of an article; of several the latest stands. */
export type Told = Readonly<{
  name: string;
  category: string | null;
  brand: string | null;
  /** Unix time of the purchase in ms, and its basket, which decides between purchases of one instant. */
  at: number;
  by: string;
}>;

/** What is to be added to an article's counters; below zero it is taken away. `changes` counts baskets that came or went, and only grows. */
export type ItemChange = Readonly<{
  sku: string;
  baskets: number;
  popularity: bigint;
  changes: number;
  told: Told | null;
}>;

/** One change an article, of all that happened to it. */
export function tally(changes: readonly Change[], told: ReadonlyMap<string, Told> = new Map()): readonly ItemChange[] {
  const sums = new Map<string, { baskets: number; popularity: bigint; changes: number }>();
  const weights = new Map<number, bigint>();
  const weightOf = (day: number): bigint => {
    const weight = weights.get(day) ?? forwardWeight(day, MODEL.halfLifeDays.popular);
    weights.set(day, weight);
    return weight;
  };
  for (const sku of told.keys()) sums.set(sku, { baskets: 0, popularity: 0n, changes: 0 });
  for (const { sku, day, baskets } of changes) {
    const sum = sums.get(sku) ?? { baskets: 0, popularity: 0n, changes: 0 };
    sums.set(sku, sum);
    sum.baskets += baskets;
    sum.changes += Math.abs(baskets);
    sum.popularity += BigInt(baskets) * weightOf(day);
  }
  return [...sums].map(([sku, sum]) => ({ sku, ...sum, told: told.get(sku) ?? null }));
}

type ToldLine = Readonly<{
  sku: string;
  name?: string | undefined;
  category?: string | undefined;
  brand?: string | undefined;
}>;

/** The latest word on each article; within a basket the first line that names it. */
export function latestTold(
  baskets: readonly Readonly<{ at: number; by: string; lines: readonly ToldLine[] }>[],
): ReadonlyMap<string, Told> {
  const latest = new Map<string, Told>();
  for (const { at, by, lines } of baskets) {
    for (const { sku, name, category = null, brand = null } of lines) {
      const known = latest.get(sku);
      if (!name || (known && (known.at > at || (known.at === at && known.by >= by)))) continue;
      latest.set(sku, { name, category, brand, at, by });
    }
  }
  return latest;
}
