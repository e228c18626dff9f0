import { DAY_MS, netAt, type PurchaseFact } from '@tessera/purchases';

/** What a program version says of tiers. Tiers ascend, the first from 0; `inForceFrom` null is the beginning of time. */
export type TierRules = Readonly<{
  inForceFrom: Date | null;
  windowDays: number;
  tiers: readonly Readonly<{ tier: string; fromMinor: number }>[];
}>;

/** From (effectiveAt, afterPurchaseId) on the member is in this tier; null sorts before every purchase of that instant. */
export type TierEntry = Readonly<{ effectiveAt: Date; afterPurchaseId: string | null; tier: string }>;

/** `lowest` is the tier before the first entry. `dueAt` is when the next entry comes without any event; null: never. */
export type TierHistory = Readonly<{
  lowest: string;
  entries: readonly TierEntry[];
  current: string;
  dueAt: Date | null;
}>;

/** A change of the spend: a purchase adds its net at its own instant; refunds and the end of its window (null) take away. */
type Step = Readonly<{ at: number; purchaseId: string | null; change: number }>;

type Period = Readonly<{ from: number; until: number; rules: TierRules }>;

/**
 * The tier history of a member as of `now`, by the definitions of domain.md section 9: after each purchase, and at each instant at
 * which a refund, a window exit or a program version counts, the tier is the highest one whose threshold the spend reaches.
 * Purchases are in their order; rules in the order of versions, the first in force from the beginning of time.
 */
export function tierHistory(purchases: readonly PurchaseFact[], rules: readonly TierRules[], now: Date): TierHistory {
  const lowest = rules[0]?.tiers[0]?.tier;
  if (lowest === undefined) throw new RangeError('a tier history needs a program with a lowest tier');

  const entries: TierEntry[] = [];
  let tier = lowest;
  for (const period of periods(rules)) {
    for (const { at, purchaseId, spend } of spends(purchases, period)) {
      const reached = tierOf(period.rules, spend);
      if (reached === tier) continue;
      tier = reached;
      if (at > now.getTime()) return { ...upToNow(lowest, entries), dueAt: new Date(at) };
      entries.push({ effectiveAt: new Date(at), afterPurchaseId: purchaseId, tier });
    }
  }
  return { ...upToNow(lowest, entries), dueAt: null };
}

function upToNow(lowest: string, entries: readonly TierEntry[]): Omit<TierHistory, 'dueAt'> {
  return { lowest, entries, current: entries.at(-1)?.tier ?? lowest };
}

/** When which rules are in force. Versions that come into force at one instant leave it to the last of them. */
function periods(rules: readonly TierRules[]): readonly Period[] {
  const starts = rules.map(({ inForceFrom }) => inForceFrom?.getTime() ?? -Infinity);
  return rules
    .map((one, place) => ({ from: starts[place] ?? -Infinity, until: starts[place + 1] ?? Infinity, rules: one }))
    .filter(({ from, until }) => from < until);
}

/** The spend at the start of a period and after each step in it: first what refunds and exits leave at an instant, then each purchase. */
function* spends(
  purchases: readonly PurchaseFact[],
  { from, until, rules }: Period,
): Generator<{ at: number; purchaseId: string | null; spend: bigint }> {
  let spend = 0n;
  const steps: Step[] = [];
  for (const step of purchases.flatMap((purchase) => stepsOf(purchase, rules.windowDays))) {
    if (step.at < from || (step.at === from && step.purchaseId === null)) spend += BigInt(step.change);
    else if (step.at < until) steps.push(step);
  }
  // Stable: what takes away at an instant belongs to earlier purchases, so it stands before the purchases of that instant.
  steps.sort((a, b) => a.at - b.at);

  if (from !== -Infinity) yield { at: from, purchaseId: null, spend };
  for (const [place, { at, purchaseId, change }] of steps.entries()) {
    spend += BigInt(change);
    const next = steps[place + 1];
    const sameInstant = purchaseId === null && next?.at === at && next.purchaseId === null;
    if (!sameInstant) yield { at, purchaseId, spend };
  }
}

/** What a purchase does to the spend of a window of so many days, in the course of time. The changes add up to 0. */
function stepsOf(purchase: PurchaseFact, windowDays: number): Step[] {
  const { purchaseId, purchasedAt, refunds } = purchase;
  const opens = purchasedAt.getTime();
  const closes = opens + windowDays * DAY_MS;
  let net = netAt(purchase, purchasedAt);
  if (net === 0) return [];

  const steps: Step[] = [{ at: opens, purchaseId, change: net }];
  for (const { refundedAt, amountMinor } of refunds) {
    const at = refundedAt.getTime();
    if (at <= opens || at >= closes) continue;
    const left = Math.max(0, net - amountMinor);
    if (left < net) steps.push({ at, purchaseId: null, change: left - net });
    net = left;
  }
  if (net > 0) steps.push({ at: closes, purchaseId: null, change: -net });
  return steps;
}

/** The highest tier whose threshold the spend reaches. The sum is exact beyond the safe integers, so that leaving it is exact too. */
function tierOf({ tiers }: TierRules, spend: bigint): string {
  const reached = tiers.findLast(({ fromMinor }) => BigInt(fromMinor) <= spend) ?? tiers[0];
  if (!reached) throw new RangeError('a program version needs a lowest tier');
  return reached.tier;
}
