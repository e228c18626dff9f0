import { netAt, type PurchaseFact, type RefundFact } from '@tessera/purchases';
import fc from 'fast-check';
import { tierHistory, type TierEntry, type TierRules } from './tier-history.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * The oracle: the tier at any point of time, straight from the definitions of domain.md section 9, tried at every instant at which
 * anything can happen. Quadratic and without any state carried from one point to the next.
 */
const inForce = (rules: readonly TierRules[], t: number): TierRules => {
  const found = rules.findLast(({ inForceFrom }) => inForceFrom === null || inForceFrom.getTime() <= t);
  if (!found) throw new Error('no program');
  return found;
};

const tierFor = (rules: TierRules, counted: readonly PurchaseFact[], t: number): string => {
  const spend = counted
    .filter(({ purchasedAt }) => purchasedAt.getTime() > t - rules.windowDays * DAY_MS)
    .reduce((sum, q) => sum + Math.max(0, q.totalMinor - refundedUpTo(q, t)), 0);
  return rules.tiers.reduce((reached, { tier, fromMinor }) => (spend >= fromMinor ? tier : reached), 'none');
};

const refundedUpTo = ({ refunds }: PurchaseFact, t: number): number =>
  refunds.filter(({ refundedAt }) => refundedAt.getTime() <= t).reduce((sum, { amountMinor }) => sum + amountMinor, 0);

function oracle(purchases: readonly PurchaseFact[], rules: readonly TierRules[]): readonly TierEntry[] {
  const instants = new Set<number>(rules.flatMap(({ inForceFrom }) => inForceFrom?.getTime() ?? []));
  for (const { purchasedAt, refunds } of purchases) {
    instants.add(purchasedAt.getTime());
    for (const { refundedAt } of refunds) instants.add(refundedAt.getTime());
    for (const { windowDays } of rules) instants.add(purchasedAt.getTime() + windowDays * DAY_MS);
  }
  let tier = rules[0]?.tiers[0]?.tier;
  const entries: TierEntry[] = [];
  const note = (t: number, afterPurchaseId: string | null, counted: readonly PurchaseFact[]): void => {
    const now = tierFor(inForce(rules, t), counted, t);
    if (now !== tier) entries.push({ effectiveAt: new Date(t), afterPurchaseId, tier: now });
    tier = now;
  };
  for (const t of [...instants].sort((a, b) => a - b)) {
    note(
      t,
      null,
      purchases.filter(({ purchasedAt }) => purchasedAt.getTime() < t),
    );
    purchases.forEach(({ purchaseId, purchasedAt }, place) => {
      if (purchasedAt.getTime() === t) note(t, purchaseId, purchases.slice(0, place + 1));
    });
  }
  return entries;
}

const tiers = (silver: number, gold: number): TierRules['tiers'] => [
  { tier: 'basic', fromMinor: 0 },
  { tier: 'silver', fromMinor: silver },
  { tier: 'gold', fromMinor: gold },
];
const program: TierRules = { inForceFrom: null, windowDays: 365, tiers: tiers(50_000, 200_000) };

/** Hours as the unit: with windows of one to three days, ties, exits at the exact instant and refunds first are frequent. */
const HOUR = 3_600_000;
const hour = (n: number): Date => new Date(n * HOUR);
const someHour = fc.integer({ min: 0, max: 120 }).map(hour);

const someRefunds = fc
  .array(fc.record({ refundedAt: someHour, amountMinor: fc.integer({ min: 0, max: 70 }) }), { maxLength: 3 })
  .map((refunds) =>
    refunds
      .map((refund, place): RefundFact => ({ ...refund, refundId: `r${place}`, backfill: false }))
      .sort((a, b) => a.refundedAt.getTime() - b.refundedAt.getTime()),
  );
const somePurchases = fc
  .array(fc.record({ purchasedAt: someHour, totalMinor: fc.integer({ min: 0, max: 60 }), refunds: someRefunds }), {
    maxLength: 14,
  })
  .map((some) =>
    some
      .map((one, place): PurchaseFact => ({
        ...one,
        memberId: 'm1',
        purchaseId: `p${place % 10}${place}`,
        backfill: false,
      }))
      .sort((a, b) => a.purchasedAt.getTime() - b.purchasedAt.getTime() || (a.purchaseId < b.purchaseId ? -1 : 1)),
  );
const someTiers = fc.constantFrom(tiers(20, 80), tiers(50, 100), tiers(1, 2), [
  { tier: 'bronze', fromMinor: 0 },
  { tier: 'gold', fromMinor: 60 },
]);
const someRules = fc
  .array(fc.record({ inForceFrom: someHour, windowDays: fc.integer({ min: 1, max: 3 }), tiers: someTiers }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((versions): readonly TierRules[] =>
    versions
      .sort((a, b) => a.inForceFrom.getTime() - b.inForceFrom.getTime())
      .map((version, place) => (place === 0 ? { ...version, inForceFrom: null } : version)),
  );

describe('the history of a tier, against its definition', () => {
  it('is exact at every point of time, for any facts, program versions and instant of looking', () => {
    fc.assert(
      fc.property(somePurchases, someRules, fc.integer({ min: -1, max: 200 }).map(hour), (purchases, rules, now) => {
        const all = oracle(purchases, rules);
        const due = all.find(({ effectiveAt }) => effectiveAt > now);

        const history = tierHistory(purchases, rules, now);

        expect(history.entries).toEqual(all.filter(({ effectiveAt }) => effectiveAt <= now));
        expect(history.dueAt).toEqual(due?.effectiveAt ?? null);
        expect(history.current).toBe(history.entries.at(-1)?.tier ?? rules[0]?.tiers[0]?.tier);
      }),
      { numRuns: 1_500 },
    );
  });

  it('gives for each purchase the tier of the spend just before it', () => {
    fc.assert(
      fc.property(somePurchases, someRules, (purchases, rules) => {
        const { entries, lowest } = tierHistory(purchases, rules, hour(1_000));
        purchases.forEach((p, place) => {
          const at = p.purchasedAt.getTime();
          const before = entries.findLast(
            ({ effectiveAt, afterPurchaseId }) =>
              effectiveAt.getTime() < at ||
              (effectiveAt.getTime() === at && (afterPurchaseId === null || afterPurchaseId < p.purchaseId)),
          );
          expect(before?.tier ?? lowest).toBe(tierFor(inForce(rules, at), purchases.slice(0, place), at));
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('the history of a tier', () => {
  const day = (n: number): Date => new Date(Date.parse('2026-01-01T10:00:00.000Z') + n * DAY_MS);
  const later = day(5_000);
  const bought = (
    purchaseId: string,
    at: Date,
    totalMinor: number,
    refunds: readonly RefundFact[] = [],
  ): PurchaseFact => ({
    memberId: 'm1',
    purchaseId,
    purchasedAt: at,
    totalMinor,
    backfill: false,
    refunds,
  });
  const back = (at: Date, amountMinor: number): RefundFact => ({
    refundId: 'r',
    refundedAt: at,
    amountMinor,
    backfill: false,
  });
  const told = (purchases: readonly PurchaseFact[], rules: readonly TierRules[] = [program], now = later): unknown[] =>
    tierHistory(purchases, rules, now).entries.map(({ effectiveAt, afterPurchaseId, tier }) => [
      (effectiveAt.getTime() - day(0).getTime()) / DAY_MS,
      afterPurchaseId,
      tier,
    ]);

  it('rises after the purchase that reaches a threshold, and falls when it leaves the window', () => {
    expect(told([bought('a', day(0), 49_999), bought('b', day(1), 1), bought('c', day(2), 150_000)])).toEqual([
      [1, 'b', 'silver'],
      [2, 'c', 'gold'],
      [365, null, 'silver'],
      [367, null, 'basic'],
    ]);
  });

  it('counts what leaves at an instant before what is bought at it', () => {
    expect(told([bought('a', day(0), 50_000), bought('b', day(365), 50_000)])).toEqual([
      [0, 'a', 'silver'],
      [365, null, 'basic'],
      [365, 'b', 'silver'],
      [730, null, 'basic'],
    ]);
  });

  it('falls with a refund, by a null entry; one dated before its purchase, or beyond its total, counts with it', () => {
    expect(told([bought('a', day(0), 60_000, [back(day(3), 10_001)])])).toEqual([
      [0, 'a', 'silver'],
      [3, null, 'basic'],
    ]);
    expect(told([bought('a', day(0), 60_000, [back(day(-3), 10_001)])])).toEqual([]);
    expect(told([bought('a', day(0), 60_000, [back(day(0), 999_999)]), bought('b', day(1), 49_999)])).toEqual([]);
  });

  it('leaves out what lies ahead, and says when the first of it is due', () => {
    const purchases = [bought('a', day(0), 50_000), bought('b', day(10), 150_000, [back(day(20), 1)])];

    expect(tierHistory(purchases, [program], day(-1))).toMatchObject({ current: 'basic', entries: [], dueAt: day(0) });
    expect(tierHistory(purchases, [program], day(0))).toMatchObject({ current: 'silver', dueAt: day(10) });
    expect(tierHistory(purchases, [program], day(10))).toMatchObject({ current: 'gold', dueAt: day(20) });
    expect(tierHistory(purchases, [program], new Date(day(375).getTime() - 1))).toMatchObject({
      current: 'silver',
      dueAt: day(375),
    });
    expect(tierHistory(purchases, [program], day(375))).toMatchObject({ current: 'basic', dueAt: null });
  });

  it('goes by each program version from its own instant on, window and tiers', () => {
    const shorter: TierRules = { inForceFrom: day(100), windowDays: 30, tiers: program.tiers };
    const renamed: TierRules = {
      ...program,
      inForceFrom: day(200),
      tiers: [
        { tier: 'bronze', fromMinor: 0 },
        { tier: 'top', fromMinor: 50_000 },
      ],
    };

    expect(told([bought('a', day(0), 50_000)], [program, shorter])).toEqual([
      [0, 'a', 'silver'],
      [100, null, 'basic'],
    ]);
    expect(told([bought('a', day(0), 50_000)], [program, shorter, renamed])).toEqual([
      [0, 'a', 'silver'],
      [100, null, 'basic'],
      [200, null, 'top'],
      [365, null, 'bronze'],
    ]);
    expect(told([], [program, renamed])).toEqual([[200, null, 'bronze']]);
  });

  it('is exact where the spend passes the safe integers', () => {
    const huge = [0, 1, 2].map((n) => bought(`p${n}`, day(n), Number.MAX_SAFE_INTEGER));

    expect(told(huge)).toEqual([
      [0, 'p0', 'gold'],
      [367, null, 'basic'],
    ]);
  });

  it('agrees with net of a purchase as the other services see it', () => {
    const purchase = bought('a', day(0), 60_000, [back(day(3), 10_000)]);
    expect(netAt(purchase, day(3))).toBe(50_000);
    expect(tierHistory([purchase], [program], day(3)).current).toBe('silver');
  });

  it('needs a program', () => {
    expect(() => tierHistory([], [], later)).toThrow(RangeError);
  });
});
