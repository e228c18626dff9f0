import fc from 'fast-check';
import { latestTold, tally, type Change } from './tally.js';

const change = fc.record<Change>({
  sku: fc.constantFrom('a', 'b', 'c'),
  day: fc.integer({ min: 14_000, max: 22_000 }),
  baskets: fc.integer({ min: -3, max: 3 }),
});

describe('a tally', () => {
  it('is one change an article, whatever the order, and nothing is left when all is taken back', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const sums = new Map(tally(changes).map((one) => [one.sku, one]));
        expect(new Map(tally([...changes].reverse()).map((one) => [one.sku, one]))).toEqual(sums);
        const taken = changes.map((one) => ({ ...one, baskets: -one.baskets }));
        for (const { sku, baskets, popularity, changes: count } of tally([...changes, ...taken])) {
          expect([baskets, popularity]).toEqual([0, 0n]);
          const moved = changes.filter((one) => one.sku === sku).map((one) => Math.abs(one.baskets));
          expect(count).toBe(2 * moved.reduce((sum, one) => sum + one, 0));
        }
      }),
    );
  });

  it('weighs a later basket more', () => {
    const [early, late] = tally([
      { sku: 'early', day: 20_000, baskets: 1 },
      { sku: 'late', day: 20_060, baskets: 1 },
    ]);
    expect(late?.popularity).toBe(2n * (early?.popularity ?? 0n));
  });
});

describe('the name of an article', () => {
  const told = (at: number, by: string, name?: string) => ({ at, by, lines: [{ sku: 'a', name }] });

  it('is that of the latest purchase which names it, whatever the order', () => {
    const baskets = [
      told(1, 'x', 'old'),
      told(3, 'y', 'new'),
      told(3, 'x', 'same time'),
      told(4, 'z'),
      told(2, 'w', ''),
    ];
    for (const order of [baskets, [...baskets].reverse()]) {
      expect(latestTold(order).get('a')).toEqual({ name: 'new', category: null, brand: null, at: 3, by: 'y' });
    }
  });

  it('is unknown where none does, and stands in a tally without a count', () => {
    expect(latestTold([told(1, 'x')]).size).toBe(0);
    expect(tally([], latestTold([told(1, 'x', 'A')]))).toMatchObject([{ sku: 'a', baskets: 0, popularity: 0n }]);
  });
});
