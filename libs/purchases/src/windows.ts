import { comparePurchases } from './order.js';
import { netAt, type PurchaseFact } from './purchase-fact.js';

/** A day of a window: always 24 hours. */
export const DAY_MS = 86_400_000;

/** Purchases in the window (t - days, t]; without a number of days, all up to t. Given and answered by `comparePurchases`. */
export function inWindow(purchases: readonly PurchaseFact[], t: Date, days: number | null): readonly PurchaseFact[] {
  const opens = days === null ? -Infinity : t.getTime() - days * DAY_MS;
  return purchases.slice(firstAfter(purchases, opens), firstAfter(purchases, t.getTime()));
}

/** Spend at an instant t: the sum of net(q, t) over all q with t - days < q.purchasedAt <= t (domain.md section 9). */
export function spendAt(purchases: readonly PurchaseFact[], t: Date, days: number | null): number {
  return cappedSum(inWindow(purchases, t, days).map((purchase) => netAt(purchase, t)));
}

/** Spend just before p: the sum of net(q, p.purchasedAt) over q strictly before p with q.purchasedAt > p.purchasedAt - days. */
export function spendBefore(
  purchases: readonly PurchaseFact[],
  p: Pick<PurchaseFact, 'purchasedAt' | 'purchaseId'>,
  days: number,
): number {
  const earlier = inWindow(purchases, p.purchasedAt, days).filter((q) => comparePurchases(q, p) < 0);
  return cappedSum(earlier.map((purchase) => netAt(purchase, p.purchasedAt)));
}

/** How many purchases of the window are live at t, that is, have a net above 0. */
export function liveCountAt(purchases: readonly PurchaseFact[], t: Date, days: number | null): number {
  return inWindow(purchases, t, days).reduce((count, purchase) => count + (netAt(purchase, t) > 0 ? 1 : 0), 0);
}

/**
 * The first instant after t at which anything above may answer differently although no event comes: a purchase leaves one of
 * the windows (exactly `days` x 24 h after purchasedAt), or a purchase or refund dated ahead has its time. Null: never.
 */
export function nextChangeAfter(
  purchases: readonly PurchaseFact[],
  t: Date,
  windowDays: readonly number[],
): Date | null {
  const now = t.getTime();
  let next = Infinity;
  const consider = (instant: number): void => {
    if (instant > now && instant < next) next = instant;
  };
  const ahead = purchases[firstAfter(purchases, now)];
  if (ahead) consider(ahead.purchasedAt.getTime());
  for (const days of windowDays) {
    const leaving = purchases[firstAfter(purchases, now - days * DAY_MS)];
    if (leaving) consider(leaving.purchasedAt.getTime() + days * DAY_MS);
  }
  for (const { refunds } of purchases) for (const { refundedAt } of refunds) consider(refundedAt.getTime());
  return next === Infinity ? null : new Date(next);
}

/** A sum of safe integers, cut to the largest safe one: every threshold it can be held against is a safe integer too. */
export function cappedSum(amounts: readonly number[]): number {
  let sum = 0;
  for (const amount of amounts) {
    if (sum > Number.MAX_SAFE_INTEGER - amount) return Number.MAX_SAFE_INTEGER;
    sum += amount;
  }
  return sum;
}

/** Place of the first purchase with purchasedAt > ms, by bisection: purchases are in the order of `comparePurchases`. */
function firstAfter(purchases: readonly PurchaseFact[], ms: number): number {
  let low = 0;
  let high = purchases.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((purchases[middle]?.purchasedAt.getTime() ?? Infinity) > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}
