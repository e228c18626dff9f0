import fc from 'fast-check';
import { LedgerInvariantBroken, PointsOutOfRange } from './errors.js';
import { type Earning, pointsDue } from './points-due.js';

const earning = (change: Partial<Earning>): Earning => ({
  netMinor: 1_000_00,
  exponent: 2,
  rate: 100,
  multiplier: 100,
  rounding: 'floor',
  ...change,
});

describe('points due', () => {
  it.each([
    ['1,000.00 at rate 100, multiplier 100', {}, 1000],
    ['1 % back', { rate: 1 }, 10],
    ['gold', { multiplier: 500 }, 5000],
    ['12.50, rounded down', { netMinor: 12_50 }, 12],
    ['12.50, half up', { netMinor: 12_50, rounding: 'half-up' }, 13],
    ['12.49, half up', { netMinor: 12_49, rounding: 'half-up' }, 12],
    ['12.01, up', { netMinor: 12_01, rounding: 'ceil' }, 13],
    ['12.00, up', { netMinor: 12_00, rounding: 'ceil' }, 12],
    ['1,000 yen', { netMinor: 1000, exponent: 0 }, 1000],
    ['1.999 dinars', { netMinor: 1999, exponent: 3 }, 1],
    ['100 at 1.15, exact where floats give 114.99', { netMinor: 100_00, rate: 115 }, 115],
    ['nothing', { netMinor: 0 }, 0],
  ] satisfies [string, Partial<Earning>, number][])('%s', (_what, change, points) => {
    expect(pointsDue(earning(change))).toBe(points);
  });

  it('stays exact beyond what floats can multiply', () => {
    expect(pointsDue(earning({ netMinor: 9_007_199_254_740_991, rate: 9_999 }))).toBe(9_006_298_534_815_516);
  });

  it.each([{ netMinor: -1 }, { netMinor: 0.5 }, { netMinor: 2 ** 53 }, { rate: -1 }, { multiplier: NaN }])(
    'refuses %j',
    (change) => {
      expect(() => pointsDue(earning(change))).toThrow(LedgerInvariantBroken);
    },
  );

  it('refuses a result beyond the safe integers', () => {
    expect(() => pointsDue(earning({ netMinor: Number.MAX_SAFE_INTEGER, exponent: 0, multiplier: 200 }))).toThrow(
      PointsOutOfRange,
    );
  });

  it('lies within one point of the exact value, on the side that the rounding says', () => {
    const anEarning = fc.record({
      netMinor: fc.nat(10 ** 12),
      exponent: fc.constantFrom(0, 2, 3),
      rate: fc.nat(1000),
      multiplier: fc.nat(1000),
    });
    fc.assert(
      fc.property(anEarning, (some) => {
        const [floor, half, ceil] = (['floor', 'half-up', 'ceil'] as const).map((rounding) =>
          BigInt(pointsDue({ ...some, rounding })),
        ) as [bigint, bigint, bigint];
        const scale = 10n ** BigInt(some.exponent) * 10_000n;
        const exact = BigInt(some.netMinor) * BigInt(some.rate) * BigInt(some.multiplier);

        expect(floor * scale <= exact && exact < (floor + 1n) * scale).toBe(true);
        expect(ceil * scale >= exact && exact > (ceil - 1n) * scale).toBe(true);
        expect(half).toBe(2n * (exact - floor * scale) >= scale ? floor + 1n : floor);
      }),
    );
  });
});
