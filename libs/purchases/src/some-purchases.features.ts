import fc from 'fast-check';
import { comparePurchases, compareRefunds } from './order.js';
import type { PurchaseFact, RefundFact } from './purchase-fact.js';

export function aPurchase(some: Partial<PurchaseFact> = {}): PurchaseFact {
  return {
    memberId: 'm1',
    purchaseId: 'p1',
    purchasedAt: new Date(0),
    totalMinor: 100,
    backfill: false,
    refunds: [],
    ...some,
  };
}

const MINUTE = 60_000;

const someRefunds = fc
  .uniqueArray(
    fc.record<RefundFact>({
      refundId: fc.string({ minLength: 1, maxLength: 2 }),
      refundedAt: fc.integer({ min: -2, max: 50 }).map((minute) => new Date(minute * MINUTE)),
      amountMinor: fc.integer({ min: 0, max: 80 }),
      backfill: fc.boolean(),
    }),
    { selector: ({ refundId }) => refundId, maxLength: 4 },
  )
  .map((refunds) => refunds.sort(compareRefunds));

/** A purchase within fifty minutes of 1970, so that ties and refunds before their purchase are frequent. */
export const somePurchase: fc.Arbitrary<PurchaseFact> = fc.record({
  memberId: fc.constant('m1'),
  purchaseId: fc.string({ minLength: 1, maxLength: 2 }),
  purchasedAt: fc.integer({ min: 0, max: 40 }).map((minute) => new Date(minute * MINUTE)),
  totalMinor: fc.integer({ min: 0, max: 100 }),
  backfill: fc.boolean(),
  refunds: someRefunds,
});

/** One member's purchases, each of its own number, in order. */
export const somePurchases: fc.Arbitrary<readonly PurchaseFact[]> = fc
  .uniqueArray(somePurchase, { selector: ({ purchaseId }) => purchaseId, maxLength: 12 })
  .map((purchases) => purchases.sort(comparePurchases));
