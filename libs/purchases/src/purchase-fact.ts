/** Whether a fact is history that was loaded and, if it is, when the log took it. */
type Origin = Readonly<{ backfill: boolean; loadedAt?: Date }>;

/** What is known of a refund once it is valued. `amountMinor` may be above what its purchase still had: that is kept, not refused. */
export type RefundFact = Readonly<{ refundId: string; refundedAt: Date; amountMinor: number }> & Origin;

/** A purchase with its refunds in the order of (refundedAt, refundId). Amounts are in minor units of the program's currency. */
export type PurchaseFact = Readonly<{
  memberId: string;
  purchaseId: string;
  purchasedAt: Date;
  totalMinor: number;
  refunds: readonly RefundFact[];
}> &
  Origin;

/** net(p, t) = max(0, total of p - its refunds with refundedAt <= t), domain.md section 9. */
export function netAt(purchase: PurchaseFact, t: Date): number {
  const at = t.getTime();
  let net = purchase.totalMinor;
  // Taking the maximum at each step is the same as once at the end, since no refund is negative, and stays a safe integer.
  for (const { refundedAt, amountMinor } of purchase.refunds) {
    if (refundedAt.getTime() <= at) net = Math.max(0, net - amountMinor);
  }
  return net;
}

/** What is left of a purchase after every refund known, those dated ahead included: points are due on this. */
export function finalNet(purchase: PurchaseFact): number {
  return purchase.refunds.reduce((net, { amountMinor }) => Math.max(0, net - amountMinor), purchase.totalMinor);
}
