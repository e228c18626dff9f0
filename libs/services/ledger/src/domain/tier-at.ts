import { compareIds } from '@tessera/purchases';

/** From this point of a member's history on the tier is held: after a purchase, or (null) before every purchase of that instant. */
export type TierEntry = Readonly<{ effectiveAt: Date; afterPurchaseId: string | null; tier: string }>;

/** Ascending by (effectiveAt, afterPurchaseId), null first; of equal ones the last is the one that holds. */
export type TierHistory = readonly TierEntry[];

/** A purchase's place in the order of a member's purchases; without a number it comes after all others of its instant. */
export type Place = Readonly<{ purchasedAt: Date; purchaseId?: string }>;

/**
 * The tier held just before a purchase: that of the last entry strictly before (purchasedAt, purchaseId), so that no purchase
 * lifts its own points (domain.md, section 9). Undefined where there is none: the program's lowest tier then.
 */
export function tierAt(history: TierHistory, place: Place): string | undefined {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(history[middle] as TierEntry, place)) low = middle + 1;
    else high = middle;
  }
  return history[low - 1]?.tier;
}

/** A history as it may have come, in the order that `tierAt` needs. */
export function inOrder(entries: readonly TierEntry[]): TierHistory {
  return entries.toSorted(
    (a, b) =>
      a.effectiveAt.getTime() - b.effectiveAt.getTime() || compareNullFirst(a.afterPurchaseId, b.afterPurchaseId),
  );
}

function isBefore({ effectiveAt, afterPurchaseId }: TierEntry, { purchasedAt, purchaseId }: Place): boolean {
  const difference = effectiveAt.getTime() - purchasedAt.getTime();
  if (difference !== 0) return difference < 0;
  return purchaseId === undefined || compareNullFirst(afterPurchaseId, purchaseId) < 0;
}

function compareNullFirst(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareIds(a, b);
}
