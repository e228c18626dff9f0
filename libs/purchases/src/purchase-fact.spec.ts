import fc from 'fast-check';
import { compareIds, comparePurchases } from './order.js';
import { finalNet, netAt, type PurchaseFact } from './purchase-fact.js';
import { aPurchase, somePurchase } from './some-purchases.features.js';

describe('net of a purchase', () => {
  it('is its total less the refunds up to that instant, and never below 0 (any purchase, any instant)', () => {
    fc.assert(
      fc.property(somePurchase, fc.integer({ min: -5, max: 60 }), (purchase, minute) => {
        const t = new Date(minute * 60_000);
        const upTo = purchase.refunds.filter(({ refundedAt }) => refundedAt <= t);
        const refunded = upTo.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

        expect(netAt(purchase, t)).toBe(Math.max(0, purchase.totalMinor - refunded));
      }),
    );
  });

  it('counts a refund from its own instant on', () => {
    const refundedAt = new Date('2026-03-02T00:00:00.000Z');
    const purchase = aPurchase({ totalMinor: 100, refunds: [aRefundOf(30, refundedAt)] });

    expect(netAt(purchase, new Date(refundedAt.getTime() - 1))).toBe(100);
    expect(netAt(purchase, refundedAt)).toBe(70);
  });

  it('finally counts refunds dated ahead too, and stays exact where they add up beyond the safe integers', () => {
    const far = new Date('2999-01-01T00:00:00.000Z');
    const huge = aRefundOf(Number.MAX_SAFE_INTEGER, far);

    expect(finalNet(aPurchase({ totalMinor: Number.MAX_SAFE_INTEGER, refunds: [aRefundOf(1, far), huge, huge] }))).toBe(
      0,
    );
    expect(finalNet(aPurchase({ totalMinor: 5, refunds: [aRefundOf(2, far)] }))).toBe(3);
  });
});

describe('order of purchases', () => {
  it('is by time, then by the bytes of the id', () => {
    const late = aPurchase({ purchaseId: 'A', purchasedAt: new Date(2) });
    const [a, b, ten, nine] = ['a', 'B', '10', '9'].map((purchaseId) =>
      aPurchase({ purchaseId, purchasedAt: new Date(1) }),
    );

    const ordered = [late, a, b, ten, nine].filter((p): p is PurchaseFact => p !== undefined).sort(comparePurchases);

    expect(ordered.map(({ purchaseId }) => purchaseId)).toEqual(['10', '9', 'B', 'a', 'A']);
  });

  it('compares ids as their UTF-8 bytes, beyond U+FFFF too', () => {
    expect(compareIds('\u{1F600}', '\uFF5E')).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareIds(a, b))).toBe(Math.sign(Buffer.from(a).compare(Buffer.from(b))));
      }),
    );
  });
});

function aRefundOf(amountMinor: number, refundedAt: Date): PurchaseFact['refunds'][number] {
  return { refundId: 'r', refundedAt, amountMinor, backfill: false };
}
