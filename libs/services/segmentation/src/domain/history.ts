import type { PurchaseFact } from '@tessera/purchases';
import { Measured } from './measured.js';
import { holds, type Rule } from './rule.js';
import type { Cause } from './turn.js';

type Origin = Pick<PurchaseFact, 'backfill' | 'loadedAt'>;

/**
 * Whether a stay that began so is there for history alone: its cause is marked, or the rule did not hold at its beginning without the history
 * that was loaded after that. History loaded before is known like anything else, and a purchase or a window that moves on builds on it.
 * Depends on the facts and when the log took them, not on when or with what others they were handled.
 */
export function isOfHistory(
  rule: Rule,
  purchases: readonly PurchaseFact[],
  { at, cause }: Readonly<{ at: Date; cause: Cause }>,
  now: Date,
): boolean {
  if ('backfill' in cause && cause.backfill) return true;
  const isLoadedLater = ({ backfill, loadedAt }: Origin): boolean =>
    backfill && (loadedAt === undefined || loadedAt > at);
  if (!purchases.some((purchase) => isLoadedLater(purchase) || purchase.refunds.some(isLoadedLater))) return false;

  const others = purchases
    .filter((purchase) => !isLoadedLater(purchase))
    .map((purchase) => ({ ...purchase, refunds: purchase.refunds.filter((refund) => !isLoadedLater(refund)) }));
  // A registration is dated at a purchase, and the rule may hold only since.
  const measured = new Measured(others, cause.kind === 'registration' ? now.getTime() : at.getTime());
  return !holds(rule, (condition) => measured.of(condition));
}
