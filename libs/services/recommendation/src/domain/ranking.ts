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
  const partsOf = (sku: string, share: number): Parts => {
    const { own = 0, viewed = 0 } = taste.get(sku) ?? NO_LEANING;
    const pull = together.get(sku)?.sum ?? 0;
    return [weights.own * own, weights.viewed * viewed, weights.together * pull, weights.popular * share];
  };
  return [...popularity]
    .map(([sku, share]) => ({ sku, share, score: partsOf(sku, share).reduce((sum, part) => sum + part, 0) }))
    .sort((a, b) => b.score - a.score || compareIds(a.sku, b.sku))
    .slice(0, limit)
    .map(({ sku, share, score }) => ({
      sku,
      reason: reasonOf(partsOf(sku, share), together.get(sku)),
      score: Math.round(score * 1e6) / 1e6,
    }));
}

const NO_LEANING: Partial<Leaning> = {};

/** What each reason adds to a score, in the order of `reasonOf`. */
type Parts = readonly [own: number, viewed: number, together: number, popular: number];

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

/** The part that weighs most; of equal ones the first. */
function reasonOf([own, viewed, together, popular]: Parts, pull: Pull | undefined): Reason {
  const most = Math.max(own, viewed, together, popular);
  if (own === most) return { kind: 'own-frequency' };
  if (viewed === most) return { kind: 'viewed' };
  return together === most && pull ? { kind: 'bought-together', sku: pull.by } : { kind: 'popular' };
}
