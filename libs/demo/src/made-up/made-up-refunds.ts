import type { ShopPurchase, ShopRefund } from '../shop.js';
import { DAY_MS } from '../time-shift.js';
import type { Random } from './random.js';

const REFUNDED = 0.07;
const LONG_AFTER = 0.1;

/** At most one refund a purchase, never beyond its total, in each of the three forms; some come months after the purchase. */
export function makeRefunds(random: Random, purchases: readonly ShopPurchase[], end: Date): readonly ShopRefund[] {
  return purchases.flatMap((purchase) => {
    if (!random.chance(REFUNDED)) return [];
    const days = random.chance(LONG_AFTER) ? random.int(60, 200) : random.int(0, 28);
    const refundedAt = new Date(Date.parse(purchase.purchasedAt) + days * DAY_MS + random.int(60_000, DAY_MS));
    if (refundedAt > end) return [];
    const { purchaseId, memberId } = purchase;
    const refund = { refundId: `r-${purchaseId}`, purchaseId, memberId, refundedAt: refundedAt.toISOString() };
    return [{ ...refund, ...formOf(random, purchase) }];
  });
}

function formOf(
  random: Random,
  { lines, totalMinor }: ShopPurchase,
): { whole: true } | { lines: { line: number; quantity: number }[] } | { amountMinor: number } {
  const form = random.int(1, 3);
  if (form === 1) return { whole: true };
  if (form === 2) return { amountMinor: random.int(1, totalMinor) };
  const line = random.int(1, lines.length);
  return { lines: [{ line, quantity: random.int(1, lines[line - 1]?.quantity ?? 1) }] };
}
