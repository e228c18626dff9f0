import fc from 'fast-check';
import { rank, type Grounds } from './ranking.js';

const grounds = (some: Partial<Grounds>): Grounds => ({
  taste: new Map(),
  seeds: [],
  neighbours: new Map(),
  popularity: new Map(),
  ...some,
});

const SKUS = ['a', 'b', 'c', 'd', 'e', 'f', 'Z', 'é'];
const sku = fc.constantFrom(...SKUS);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const someGrounds: fc.Arbitrary<Grounds> = fc
  .record({
    taste: fc.uniqueArray(fc.tuple(sku, fc.record({ own: share, viewed: share })), { selector: ([one]) => one }),
    seeds: fc.uniqueArray(fc.record({ sku, weight: share }), { selector: (one) => one.sku, maxLength: 4 }),
    neighbours: fc.array(
      fc.tuple(sku, fc.uniqueArray(fc.record({ sku, similarity: share }), { selector: (one) => one.sku })),
    ),
    popularity: fc.uniqueArray(fc.tuple(sku, share), { selector: ([one]) => one }),
  })
  .map(({ taste, seeds, neighbours, popularity }) => ({
    taste: new Map(taste),
    seeds,
    neighbours: new Map(neighbours),
    popularity: new Map(popularity),
  }));

/** The README's table, article by article. */
function naiveScore({ taste, seeds, neighbours, popularity }: Grounds, of: string): number {
  const together = seeds.reduce((sum, seed) => {
    return sum + seed.weight * (neighbours.get(seed.sku)?.find((one) => one.sku === of)?.similarity ?? 0);
  }, 0);
  const { own = 0, viewed = 0 } = taste.get(of) ?? {};
  return own + 0.8 * viewed + 0.6 * together + 0.05 * (popularity.get(of) ?? 0);
}

describe('a ranking', () => {
  it('holds exactly the articles that may be listed, by the scores of the README', () => {
    fc.assert(
      fc.property(someGrounds, (some) => {
        const ranked = rank(some, 100);
        expect(ranked.map((one) => one.sku).sort()).toEqual([...some.popularity.keys()].sort());
        ranked.forEach((one, place) => {
          expect(one.score).toBeCloseTo(naiveScore(some, one.sku), 5);
          expect(one.score).toBeLessThanOrEqual(ranked[place - 1]?.score ?? Infinity);
        });
      }),
    );
  });

  it('is cut at the limit, and a shorter one is the beginning of a longer', () => {
    fc.assert(
      fc.property(someGrounds, fc.integer({ min: 0, max: 8 }), (some, limit) => {
        expect(rank(some, limit)).toEqual(rank(some, 100).slice(0, limit));
      }),
    );
  });

  it('gives the part that weighs most as the reason, and the article that led there', () => {
    const ranked = rank(
      grounds({
        taste: new Map([
          ['own', { own: 0.9, viewed: 0.5 }],
          ['seen', { own: 0.1, viewed: 0.9 }],
        ]),
        seeds: [
          { sku: 'own', weight: 0.6 },
          { sku: 'seen', weight: 0.4 },
        ],
        neighbours: new Map([
          ['own', [{ sku: 'near', similarity: 0.3 }]],
          ['seen', [{ sku: 'near', similarity: 0.9 }]],
        ]),
        popularity: new Map([
          ['own', 0],
          ['seen', 0],
          ['near', 0.5],
          ['hit', 1],
        ]),
      }),
      10,
    );
    expect(ranked.map((one) => [one.sku, one.reason])).toEqual([
      ['own', { kind: 'own-frequency' }],
      ['seen', { kind: 'viewed' }],
      ['near', { kind: 'bought-together', sku: 'seen' }],
      ['hit', { kind: 'popular' }],
    ]);
  });

  it('puts equal scores in the bytewise order of their numbers', () => {
    const popularity = new Map(['b', 'é', 'a', 'Z', '\u{1F600}', '\uFF21'].map((one) => [one, 0.5]));
    expect(rank(grounds({ popularity }), 10).map((one) => one.sku)).toEqual([
      'Z',
      'a',
      'b',
      'é',
      '\uFF21',
      '\u{1F600}',
    ]);
  });
});
