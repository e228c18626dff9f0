import { compareIds } from '@tessera/purchases';
import { MODEL } from './model.js';
import { type Leaning, type Seed } from './taste.js';

export type Reason = Readonly<
  { kind: 'own-frequency' } | { kind: 'viewed' } | { kind: 'popular' } | { kind: 'bought-together'; sku: string }
>;

export type Ranked = Readonly<{ sku: string; score: number; reason: Reason }>;

/** An article similar to another, between 0 and 1. */
export type Neighbour = Readonly<{ sku: string; similarity: number }>;

export type Grounds = Readonly<{
  taste: ReadonlyMap<string, Leaning>;
  seeds: readonly Seed[];
  /** Those of each seed. */
  neighbours: ReadonlyMap<string, readonly Neighbour[]>;
  /** Of every article that may be listed, and of no other, its share of the most popular one's, between 0 and 1. */
  popularity: ReadonlyMap<string, number>;
}>;

/** The list that these grounds make, best first; equal scores by article number. Scores are rounded to six decimals only when shown. */
export function rank({ taste, seeds, neighbours, popularity }: Grounds, limit: number): readonly Ranked[] {
  const together = pulls(seeds, neighbours);
  const { weights } = MODEL;
  return [...popularity]
    .map(([sku, share]): Ranked => {
      const { own = 0, viewed = 0 } = taste.get(sku) ?? {};
      const pull = together.get(sku);
      const parts: readonly Readonly<{ part: number; reason: Reason }>[] = [
        { part: weights.own * own, reason: { kind: 'own-frequency' } },
        { part: weights.viewed * viewed, reason: { kind: 'viewed' } },
        ...(pull
          ? [{ part: weights.together * pull.sum, reason: { kind: 'bought-together', sku: pull.by } } as const]
          : []),
        { part: weights.popular * share, reason: { kind: 'popular' } },
      ];
      const score = parts.reduce((sum, { part }) => sum + part, 0);
      return { sku, score, reason: heaviest(parts) };
    })
    .sort((a, b) => b.score - a.score || compareIds(a.sku, b.sku))
    .slice(0, limit)
    .map(({ score, ...rest }) => ({ ...rest, score: Math.round(score * 1e6) / 1e6 }));
}

type Pull = { sum: number; by: string; strongest: number };

/** R(u,i) = sum over seeds j of w_uj c_ij (domain.md section 7), and the seed that gave most. */
function pulls(seeds: readonly Seed[], neighbours: Grounds['neighbours']): ReadonlyMap<string, Pull> {
  const found = new Map<string, Pull>();
  for (const { sku: by, weight } of seeds) {
    for (const { sku, similarity } of neighbours.get(by) ?? []) {
      const gives = weight * similarity;
      const pull = found.get(sku) ?? { sum: 0, by, strongest: gives };
      found.set(sku, pull);
      pull.sum += gives;
      if (gives > pull.strongest) Object.assign(pull, { by, strongest: gives });
    }
  }
  return found;
}

function heaviest(parts: readonly Readonly<{ part: number; reason: Reason }>[]): Reason {
  let best: Readonly<{ part: number; reason: Reason }> | undefined;
  for (const one of parts) if (!best || one.part > best.part) best = one;
  return best?.reason ?? { kind: 'popular' };
}
