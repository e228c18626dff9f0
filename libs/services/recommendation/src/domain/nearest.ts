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
  const numbered = new Map([...articles].map(([basketId, skus]) => [basketId, numbersOf(skus, numbers)]));
  const together = new Uint32Array(names.length);

  return new Map(
    samples.map(({ sku, baskets, basketIds }): [string, readonly Neighbour[]] => {
      const met = countTogether(basketIds, numbered, together);
      const found: Neighbour[] = [];
      for (const number of met) {
        const name = names[number] ?? '';
        const ratio = (sizes.get(name) ?? 0) / baskets;
        if (name !== sku)
          found.push({ sku: name, similarity: similarity(together[number] ?? 0, basketIds.length, ratio) });
        together[number] = 0;
      }
      return [sku, first(found, limit)];
    }),
  );
}

function numbersOf(skus: readonly string[], numbers: ReadonlyMap<string, number>): readonly number[] {
  const found: number[] = [];
  for (const sku of skus) {
    const number = numbers.get(sku);
    if (number !== undefined) found.push(number);
  }
  return found;
}

/** Counts into `together`, which was all zero, in how many of the baskets each article is; answers those that are in any. */
function countTogether(
  basketIds: readonly string[],
  numbered: ReadonlyMap<string, readonly number[]>,
  together: Uint32Array,
): readonly number[] {
  const met: number[] = [];
  for (const basketId of basketIds) {
    for (const number of numbered.get(basketId) ?? []) {
      const count = together[number] ?? 0;
      if (count === 0) met.push(number);
      together[number] = count + 1;
    }
  }
  return met;
}

/** `ratio` is how many baskets the other article has for one of the sampled article's. */
function similarity(together: number, sampled: number, ratio: number): number {
  return Math.min(1, together / (sampled * Math.sqrt(ratio) + MODEL.shrinkage));
}

/** Names are compared among those alone that come into question: of a thousand found, most are far away. */
function first(found: readonly Neighbour[], limit: number): readonly Neighbour[] {
  const similarities = new Float64Array(found.length);
  found.forEach((one, place) => (similarities[place] = one.similarity));
  const least = similarities.sort()[found.length - limit] ?? 0;
  return found
    .filter((one) => one.similarity >= least)
    .sort((a, b) => b.similarity - a.similarity || compareIds(a.sku, b.sku))
    .slice(0, limit);
}
