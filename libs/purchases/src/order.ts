import type { PurchaseFact, RefundFact } from './purchase-fact.js';

/** Bytewise order of ids as UTF-8, the same as PostgreSQL's `COLLATE "C"`. (JavaScript's `<` differs above U+FFFF.) */
export function compareIds(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The order of a member's purchases: (purchasedAt, purchaseId), domain.md section 9. */
export function comparePurchases(
  a: Pick<PurchaseFact, 'purchasedAt' | 'purchaseId'>,
  b: Pick<PurchaseFact, 'purchasedAt' | 'purchaseId'>,
): number {
  return a.purchasedAt.getTime() - b.purchasedAt.getTime() || compareIds(a.purchaseId, b.purchaseId);
}

/** The order of a purchase's refunds: (refundedAt, refundId). */
export function compareRefunds(
  a: Pick<RefundFact, 'refundedAt' | 'refundId'>,
  b: Pick<RefundFact, 'refundedAt' | 'refundId'>,
): number {
  return a.refundedAt.getTime() - b.refundedAt.getTime() || compareIds(a.refundId, b.refundId);
}
