import fc from 'fast-check';
import { netAt, type PurchaseFact } from './purchase-fact.js';
import { aPurchase, somePurchases } from './some-purchases.features.js';
import { cappedSum, DAY_MS, inWindow, liveCountAt, nextChangeAfter, spendAt, spendBefore } from './windows.js';

const MINUTE = 60_000;
/** Windows of 0..30 minutes, written in days, over purchases of fifty minutes. */
const someDays = fc.integer({ min: 1, max: 30 }).map((minutes) => (minutes * MINUTE) / DAY_MS);
const someInstant = fc.integer({ min: -3, max: 75 }).map((minute) => new Date(minute * MINUTE));

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const naiveWindow = (all: readonly PurchaseFact[], t: Date, days: number): readonly PurchaseFact[] =>
  all.filter(({ purchasedAt }) => t.getTime() - days * DAY_MS < purchasedAt.getTime() && purchasedAt <= t);

describe('sliding windows, against their definitions', () => {
  it('spend and live purchases at an instant', () => {
    fc.assert(
      fc.property(somePurchases, someInstant, someDays, (all, t, days) => {
        const window = naiveWindow(all, t, days);

        expect(spendAt(all, t, days)).toBe(sum(window.map((q) => netAt(q, t))));
        expect(liveCountAt(all, t, days)).toBe(window.filter((q) => netAt(q, t) > 0).length);
        expect(liveCountAt(all, t, null)).toBe(all.filter((q) => q.purchasedAt <= t && netAt(q, t) > 0).length);
      }),
    );
  });

  it('spend just before a purchase, with ties at one instant', () => {
    fc.assert(
      fc.property(somePurchases, someDays, (all, days) => {
        all.forEach((p, place) => {
          const earlier = all.slice(0, place);
          const opens = p.purchasedAt.getTime() - days * DAY_MS;
          const counted = earlier.filter((q) => q.purchasedAt.getTime() > opens);

          expect(spendBefore(all, p, days)).toBe(sum(counted.map((q) => netAt(q, p.purchasedAt))));
        });
      }),
    );
  });

  it('nothing changes between an instant and the next change', () => {
    fc.assert(
      fc.property(somePurchases, someInstant, fc.array(someDays, { maxLength: 3 }), (all, t, windows) => {
        const next = nextChangeAfter(all, t, windows);
        const until = next?.getTime() ?? 120 * MINUTE;
        const seen = (at: number): readonly number[] =>
          [null, ...windows].flatMap((days) => [
            spendAt(all, new Date(at), days),
            liveCountAt(all, new Date(at), days),
          ]);

        expect(until).toBeGreaterThan(t.getTime());
        for (let at = t.getTime(); at < until; at += MINUTE / 2) expect(seen(at)).toEqual(seen(t.getTime()));
      }),
    );
  });
});

describe('the edges of a window', () => {
  const purchase = aPurchase({ purchasedAt: new Date('2026-03-01T10:00:00.000Z') });
  const exit = new Date(purchase.purchasedAt.getTime() + 90 * DAY_MS);

  it('a purchase is in from its own instant and out exactly so many days after it', () => {
    expect(inWindow([purchase], new Date(purchase.purchasedAt.getTime() - 1), 90)).toEqual([]);
    expect(inWindow([purchase], purchase.purchasedAt, 90)).toEqual([purchase]);
    expect(inWindow([purchase], new Date(exit.getTime() - 1), 90)).toEqual([purchase]);
    expect(inWindow([purchase], exit, 90)).toEqual([]);
  });

  it('the next change is that exit, or the purchase or refund dated ahead of it', () => {
    const refundedAt = new Date(exit.getTime() - 1);
    const refunded = { ...purchase, refunds: [{ refundId: 'r', refundedAt, amountMinor: 1, backfill: false }] };

    expect(nextChangeAfter([purchase], purchase.purchasedAt, [90, 180])).toEqual(exit);
    expect(nextChangeAfter([purchase], exit, [90])).toBeNull();
    expect(nextChangeAfter([purchase], new Date(0), [90])).toEqual(purchase.purchasedAt);
    expect(nextChangeAfter([refunded], purchase.purchasedAt, [90])).toEqual(refundedAt);
    expect(nextChangeAfter([], purchase.purchasedAt, [90])).toBeNull();
  });

  it('sums stop at the largest safe integer', () => {
    expect(cappedSum([Number.MAX_SAFE_INTEGER, 1, 5])).toBe(Number.MAX_SAFE_INTEGER);
    expect(cappedSum([Number.MAX_SAFE_INTEGER - 1, 1])).toBe(Number.MAX_SAFE_INTEGER);
  });
});
