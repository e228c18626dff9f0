import fc from 'fast-check';
import { nearest } from './nearest.js';

const SKUS = ['a', 'b', 'c', 'd', 'e', 'é', 'Z', '\u{1F600}', '\uFF5E'];
const someBaskets = fc.array(fc.uniqueArray(fc.constantFrom(...SKUS), { minLength: 1 }), { maxLength: 30 });

/** Everything about one article from baskets that are all sampled, by going through all of them for each pair. */
function naive(baskets: readonly (readonly string[])[], seed: string, passedOver: ReadonlySet<string>) {
  const count = (...skus: string[]) => baskets.filter((basket) => skus.every((sku) => basket.includes(sku))).length;
  return SKUS.filter((sku) => sku !== seed && !passedOver.has(sku) && count(seed, sku) > 0)
    .map((sku) => ({
      sku,
      similarity: count(seed, sku) / (count(seed) * Math.sqrt(count(sku) / count(seed)) + 5),
    }))
    .sort((a, b) => b.similarity - a.similarity || Buffer.from(a.sku).compare(Buffer.from(b.sku)));
}

const shopOf = (baskets: readonly (readonly string[])[], passedOver: ReadonlySet<string> = new Set()) => ({
  articles: new Map(baskets.map((skus, place) => [String(place), skus])),
  sizes: new Map(
    SKUS.filter((sku) => !passedOver.has(sku)).map((sku) => [sku, baskets.filter((b) => b.includes(sku)).length]),
  ),
});
const sampleOf = (baskets: readonly (readonly string[])[], sku: string) => {
  const basketIds = baskets.flatMap((skus, place) => (skus.includes(sku) ? [String(place)] : []));
  return { sku, baskets: basketIds.length, basketIds };
};

describe('the nearest articles', () => {
  it('are those of a count over all pairs, as many as asked for (any baskets)', () => {
    fc.assert(
      fc.property(someBaskets, fc.subarray(SKUS), fc.integer({ min: 1, max: 9 }), (baskets, left, limit) => {
        const passedOver = new Set(left);
        const samples = SKUS.map((sku) => sampleOf(baskets, sku));
        const found = nearest(samples, shopOf(baskets, passedOver), limit);
        expect([...found.keys()]).toEqual(SKUS);
        for (const sku of SKUS) expect(found.get(sku)).toEqual(naive(baskets, sku, passedOver).slice(0, limit));
      }),
    );
  });

  it('are as near as the sample says, in proportion to all baskets', () => {
    const baskets = [['a', 'b'], ['a', 'b'], ['a']];
    const [sampled] = [{ sku: 'a', baskets: 300, basketIds: ['0', '1', '2'] }];
    const { articles } = shopOf(baskets);

    const found = nearest([sampled], { articles, sizes: new Map([['b', 1_200]]) }, 5);

    expect(found.get('a')).toEqual([{ sku: 'b', similarity: 2 / (3 * 2 + 5) }]);
  });

  it('are at most as near as can be', () => {
    const baskets = Array.from({ length: 30 }, () => ['a', 'b']);
    const samples = [{ sku: 'a', baskets: 1_000_000, basketIds: sampleOf(baskets, 'a').basketIds }];
    expect(nearest(samples, shopOf(baskets), 1).get('a')).toEqual([{ sku: 'b', similarity: 1 }]);
  });
});
