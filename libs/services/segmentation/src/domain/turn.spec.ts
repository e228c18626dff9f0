import type { PurchaseFact, RefundFact } from '@tessera/purchases';
import fc from 'fast-check';
import { DAY, naiveHolds, naiveInstants, someInstant, somePurchases, someRule, WINDOWS } from './naive.features.js';
import type { Rule } from './rule.js';
import { lastTurn, type FactCause } from './turn.js';

const big: Rule = { measure: 'net-spend', withinDays: 5, is: 'at-least', value: 100 };
const active: Rule = { measure: 'live-purchases', withinDays: 5, is: 'at-least', value: 1 };
const day = (days: number): Date => new Date(days * DAY);

const bought = (
  purchaseId: string,
  purchasedAt: Date,
  totalMinor: number,
  refunds: RefundFact[] = [],
): PurchaseFact => ({
  memberId: 'm1',
  purchaseId,
  purchasedAt,
  totalMinor,
  backfill: false,
  refunds,
});
const refunded = (refundId: string, refundedAt: Date, amountMinor: number): RefundFact => ({
  refundId,
  refundedAt,
  amountMinor,
  backfill: true,
});
const byPurchase = (purchaseId: string): FactCause => ({ kind: 'purchase', purchaseId, backfill: false });

describe('the start of a stay, against a walk through every instant', () => {
  it('is the first instant of the present unbroken run', () => {
    fc.assert(
      fc.property(somePurchases, someInstant, someRule, (purchases, t, rule) => {
        const holdsNow = naiveHolds(rule, purchases, t);
        const instants = naiveInstants(purchases).filter((at) => at <= t);
        const lastOther = instants.findLastIndex((at) => naiveHolds(rule, purchases, at) !== holdsNow);
        const alwaysThus = lastOther === -1 && naiveHolds(rule, [], t) === holdsNow;
        // Always as it is now: there is no start, and which fact is named is told by the examples below.
        if (alwaysThus) return;

        const turn = lastTurn(rule, purchases, new Date(t));

        const start =
          lastOther === -1 ? instants.find((at) => naiveHolds(rule, purchases, at)) : instants[lastOther + 1];
        if (lastOther >= 0) expect(turn?.at.getTime()).toBe(start);
        expect(turn && happened(turn.cause, turn.at.getTime(), purchases)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Whether a cause is a fact of that instant: a refund has effect with its purchase at the earliest. */
function happened(cause: FactCause, at: number, purchases: readonly PurchaseFact[]): boolean {
  return purchases.some(({ purchaseId, purchasedAt, refunds, backfill }) => {
    const boughtAt = purchasedAt.getTime();
    if (cause.kind === 'window') return WINDOWS.some((days) => boughtAt + days * DAY === at);
    if (cause.kind === 'purchase') {
      return purchaseId === cause.purchaseId && boughtAt === at && backfill === cause.backfill;
    }
    return refunds.some(
      (r) =>
        r.refundId === cause.refundId &&
        Math.max(r.refundedAt.getTime(), boughtAt) === at &&
        r.backfill === cause.backfill,
    );
  });
}

describe('the cause of a stay', () => {
  it('is the purchase that reached the threshold, of several at one instant the one that did', () => {
    const purchases = [
      bought('a', day(1), 60),
      bought('b', day(2), 30),
      bought('c', day(2), 20),
      bought('d', day(2), 5),
    ];

    expect(lastTurn(big, purchases, day(3))).toEqual({ at: day(2), cause: byPurchase('c') });
    expect(lastTurn(active, purchases, day(3))).toEqual({ at: day(1), cause: byPurchase('a') });
  });

  it('is the window, at exactly so many days after the purchase', () => {
    const purchases = [bought('a', day(1), 100)];

    expect(lastTurn(big, purchases, new Date(day(6).getTime() - 1))).toEqual({ at: day(1), cause: byPurchase('a') });
    expect(lastTurn(big, purchases, day(6))).toEqual({ at: day(6), cause: { kind: 'window' } });
  });

  it('is the refund that took the spend below, and carries its mark of backfill', () => {
    const purchases = [bought('a', day(1), 100, [refunded('r', day(2), 1)])];

    expect(lastTurn(big, purchases, day(3))).toEqual({
      at: day(2),
      cause: { kind: 'refund', refundId: 'r', backfill: true },
    });
  });

  it('does not break a stay where one purchase leaves the window as another enters it', () => {
    const purchases = [bought('a', day(1), 100), bought('b', day(6), 100)];

    expect(lastTurn(big, purchases, day(7))).toEqual({ at: day(1), cause: byPurchase('a') });
  });

  it('starts anew after a break, however short', () => {
    const purchases = [bought('a', day(1), 100), bought('b', new Date(day(6).getTime() + 1), 100)];

    expect(lastTurn(big, purchases, day(7))).toEqual({
      at: new Date(day(6).getTime() + 1),
      cause: byPurchase('b'),
    });
  });

  it('is a refund dated before its purchase, with the purchase, for who was therefore never in', () => {
    const purchases = [bought('a', day(2), 100, [refunded('r', day(1), 100)])];

    expect(lastTurn(big, purchases, day(3))).toEqual({
      at: day(2),
      cause: { kind: 'refund', refundId: 'r', backfill: true },
    });
  });

  it('is never a purchase that was refunded beforehand', () => {
    const purchases = [bought('a', day(2), 100, [refunded('r', day(1), 100)]), bought('b', day(2), 100)];

    expect(lastTurn(big, purchases, day(3))).toEqual({ at: day(2), cause: byPurchase('b') });
  });

  it('is the window rather than a refund, and a refund rather than a purchase, of the same instant', () => {
    const both: Rule = { all: [{ ...big, withinDays: null }, active] };
    const left = [bought('a', day(0), 100, [refunded('r', day(6), 100)]), bought('b', day(1), 1)];
    expect(lastTurn(both, left, day(7))).toEqual({ at: day(6), cause: { kind: 'window' } });

    const none: Rule = { measure: 'net-spend', withinDays: null, is: 'at-most', value: 50 };
    const lowered = [bought('a', day(0), 100, [refunded('r', day(1), 100)]), bought('b', day(1), 50)];
    expect(lastTurn(none, lowered, day(2))?.cause).toEqual({ kind: 'refund', refundId: 'r', backfill: true });
  });

  it('ignores what is dated ahead, and is the last fact where nothing ever turned', () => {
    expect(lastTurn(big, [bought('a', day(2), 100)], day(1))).toBeUndefined();
    expect(lastTurn(big, [bought('a', day(0), 1), bought('b', day(1), 1)], day(9))).toEqual({
      at: day(1),
      cause: byPurchase('b'),
    });
  });

  it('counts sums beyond the safe integers exactly', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const all: Rule = { measure: 'net-spend', withinDays: 2, is: 'at-least', value: most };
    const purchases = [
      bought('a', day(0), most),
      bought('b', day(1), most - 1),
      bought('c', new Date(day(1).getTime() + 1), 1),
    ];

    expect(lastTurn(all, purchases, day(2))).toEqual({ at: day(0), cause: byPurchase('a') });
    expect(lastTurn(all, purchases, day(3))).toEqual({ at: day(3), cause: { kind: 'window' } });
  });
});
