import { compareIds } from '@tessera/purchases';
import { MODEL } from './model.js';
import type { Neighbour } from './ranking.js';

/** An article with the latest baskets that had it, which are looked into for what else they had. */
export type Sample = Readonly<{
  sku: string;
  /** Live baskets that have the article, sampled or not. */
  baskets: number;
  basketIds: readonly string[];
}>;

export type Baskets = Readonly<{
  /** The articles of each sampled basket that make pairs. */
  articles: ReadonlyMap<string, readonly string[]>;
  /** Live baskets of each article that may be a neighbour; any other is passed over. */
  sizes: ReadonlyMap<string, number>;
}>;

/**
 * The nearest of each sampled article, best first, equally near ones by article number; the README gives the formula and its source.
 * Articles are counted by number instead of by name, which is what makes it cheap.
 */
export function nearest(
  samples: readonly Sample[],
  { articles, sizes }: Baskets,
  limit: number,
): ReadonlyMap<string, readonly Neighbour[]> {
  const names = [...sizes.keys()];
  const numbers = new Map(names.map((sku, number) => [sku, number]));
  const numbered = new Map(
    [...articles].map(([basketId, skus]): [string, readonly number[]] => {
      return [basketId, skus.flatMap((sku) => numbers.get(sku) ?? [])];
    }),
  );
  const together = new Uint32Array(names.length);

  return new Map(
    samples.map(({ sku, baskets, basketIds }): [string, readonly Neighbour[]] => {
      together.fill(0);
      for (const basketId of basketIds) for (const number of numbered.get(basketId) ?? []) together[number]! += 1;
      const own = numbers.get(sku);
      if (own !== undefined) together[own] = 0;
      const found = names.flatMap((name, number): readonly Neighbour[] => {
        const count = together[number] ?? 0;
        if (count === 0) return [];
        return [{ sku: name, similarity: similarity(count, basketIds.length, (sizes.get(name) ?? 0) / baskets) }];
      });
      return [sku, first(found, limit)];
    }),
  );
}

/** `ratio` is how many baskets the other article has for one of the sampled article's. */
function similarity(together: number, sampled: number, ratio: number): number {
  return Math.min(1, together / (sampled * Math.sqrt(ratio) + MODEL.shrinkage));
}

/** Names are compared among those alone that come into question: of a thousand found, most are far away. */
function first(found: readonly Neighbour[], limit: number): readonly Neighbour[] {
  const least = Float64Array.from(found, (one) => -one.similarity).sort()[limit - 1] ?? 0;
  return found
    .filter((one) => -one.similarity <= least)
    .sort((a, b) => b.similarity - a.similarity || compareIds(a.sku, b.sku))
    .slice(0, limit);
}
