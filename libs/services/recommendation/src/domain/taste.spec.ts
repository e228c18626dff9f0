import { seedsOf, tasteOf } from './taste.js';

const now = new Date('2026-06-01T00:00:00Z');
const ago = (days: number): Date => new Date(now.getTime() - days * 86_400_000);

describe('taste', () => {
  it('adds up purchases with decay, as a share', () => {
    const bought = [
      { sku: 'a', at: ago(0) },
      { sku: 'a', at: ago(90) },
      { sku: 'b', at: ago(180) },
    ];
    const taste = tasteOf({ bought, signals: [] }, now);
    expect(taste.get('a')).toEqual({ own: 1.5 / 2.5, viewed: 0 });
    expect(taste.get('b')).toEqual({ own: 0.25 / 1.25, viewed: 0 });
  });

  it('weighs a cart above a favourite above a view, and forgets what was bought since', () => {
    const signals = [
      { sku: 'view', kind: 'view', at: ago(0) },
      { sku: 'favourite', kind: 'favourite', at: ago(0) },
      { sku: 'cart', kind: 'cart', at: ago(3) },
      { sku: 'bought', kind: 'cart', at: ago(2) },
      { sku: 'again', kind: 'view', at: ago(0) },
    ] as const;
    const bought = [
      { sku: 'bought', at: ago(2) },
      { sku: 'again', at: ago(1) },
    ];
    const taste = tasteOf({ bought, signals }, now);
    expect(['view', 'favourite', 'cart', 'bought', 'again'].map((sku) => taste.get(sku)?.viewed)).toEqual([
      1 / 2,
      2 / 3,
      1.5 / 2.5,
      0,
      1 / 2,
    ]);
  });

  it('leads by the strongest articles, with weights that add up to 1; ties by number', () => {
    const bought = Array.from({ length: 12 }, (_, n) => ({ sku: `s${String(n).padStart(2, '0')}`, at: ago(1) }));
    const seeds = seedsOf(tasteOf({ bought: [...bought, ...bought.slice(11)], signals: [] }, now));

    expect(seeds.map(({ sku }) => sku)).toEqual(['s11', 's00', 's01', 's02', 's03', 's04', 's05', 's06']);
    expect(seeds.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(seedsOf(new Map())).toEqual([]);
  });
});
