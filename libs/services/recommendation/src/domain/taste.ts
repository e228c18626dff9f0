import { compareIds } from '@tessera/purchases';
import { decayed, saturated } from './decay.js';
import { MODEL, type SignalKind } from './model.js';

export type Bought = Readonly<{ sku: string; at: Date }>;
export type Signal = Readonly<{ sku: string; kind: SignalKind; at: Date }>;

/** What a member's own doings say of an article: two shares between 0 and 1. */
export type Leaning = Readonly<{ own: number; viewed: number }>;
export type Seed = Readonly<{ sku: string; weight: number }>;

/** A member's leanings by article. Sums are taken in the order given, so the caller's order must be that of the facts. */
export function tasteOf(
  { bought, signals }: Readonly<{ bought: readonly Bought[]; signals: readonly Signal[] }>,
  now: Date,
): ReadonlyMap<string, Leaning> {
  const at = now.getTime();
  const sums = new Map<string, { own: number; viewed: number; lastBought: number }>();
  const of = (sku: string): { own: number; viewed: number; lastBought: number } => {
    const known = sums.get(sku);
    if (known) return known;
    const fresh = { own: 0, viewed: 0, lastBought: -Infinity };
    sums.set(sku, fresh);
    return fresh;
  };
  for (const one of bought) {
    const sum = of(one.sku);
    sum.own += decayed(at - one.at.getTime(), MODEL.halfLifeDays.own);
    sum.lastBought = Math.max(sum.lastBought, one.at.getTime());
  }
  for (const signal of signals) {
    const sum = of(signal.sku);
    // What was bought since is no longer sought.
    if (signal.at.getTime() <= sum.lastBought) continue;
    sum.viewed += MODEL.signalWeights[signal.kind] * decayed(at - signal.at.getTime(), MODEL.halfLifeDays.viewed);
  }
  const leanings = [...sums].map(([sku, { own, viewed }]): [string, Leaning] => {
    return [sku, { own: saturated(own), viewed: saturated(viewed) }];
  });
  return new Map(leanings.filter(([, { own, viewed }]) => own + viewed > 0));
}

/** The articles that lead to others, with weights that add up to 1; none without purchases and signals. */
export function seedsOf(taste: ReadonlyMap<string, Leaning>): readonly Seed[] {
  const { own: ownWeight, viewed: viewedWeight } = MODEL.weights;
  const strongest = [...taste]
    .map(([sku, { own, viewed }]) => ({ sku, weight: ownWeight * own + viewedWeight * viewed }))
    .sort((a, b) => b.weight - a.weight || compareIds(a.sku, b.sku))
    .slice(0, MODEL.seedsMax);
  const sum = strongest.reduce((total, { weight }) => total + weight, 0);
  return strongest.map(({ sku, weight }) => ({ sku, weight: weight / sum }));
}
