import { DEFAULT_PROGRAM, type Facts, type OracleProgram, type PurchaseFacts, type RefundFacts } from './facts.js';
import { type Bought, inOrder, pointsOf, refundWorth, segmentsOf, spendAt, tierOf } from './member-sums.js';

export const SEGMENTS = ['active-90', 'big-180', 'lapsing', 'new-buyers'] as const;

/** `points` are those due: issued less clawed back, whatever was spent or has expired since. */
export type MemberTotals = Readonly<{ points: number; tier: string; spendMinor: number; segments: readonly string[] }>;

export type Totals = Readonly<{
  perMember: ReadonlyMap<string, MemberTotals>;
  members: number;
  points: number;
  tiers: Readonly<Record<string, number>>;
  segments: Readonly<Record<string, number>>;
}>;

/** The rules applied the slow way, member by member and sum by sum. Quadratic in a member's purchases. */
export function naiveTotals(facts: Facts, asOf: Date, program: OracleProgram = DEFAULT_PROGRAM): Totals {
  const bought = boughtByMember(facts);
  const perMember = new Map<string, MemberTotals>();
  const tiers: Record<string, number> = Object.fromEntries(program.tiers.map(({ tier }) => [tier, 0]));
  const segments: Record<string, number> = Object.fromEntries(SEGMENTS.map((segment) => [segment, 0]));
  let points = 0;

  for (const memberId of new Set(facts.members)) {
    const asMember = totalsOf(bought.get(memberId) ?? [], asOf.getTime(), program);
    const member = facts.erased?.has(memberId) ? { ...asMember, points: 0, segments: [] } : asMember;
    perMember.set(memberId, member);
    points += member.points;
    tiers[member.tier] = (tiers[member.tier] ?? 0) + 1;
    for (const segment of member.segments) segments[segment] = (segments[segment] ?? 0) + 1;
  }
  return { perMember, members: perMember.size, points, tiers, segments };
}

function totalsOf(all: readonly Bought[], asOf: number, program: OracleProgram): MemberTotals {
  const spendMinor = spendAt(all, asOf);
  return {
    points: all.reduce((sum, p) => sum + pointsOf(all, p, program, asOf), 0),
    tier: tierOf(spendMinor, program).tier,
    spendMinor,
    segments: segmentsOf(all, asOf),
  };
}

/** What the facts' refunds are worth together, capped by nothing: a refund beyond the total counts in full. */
export function refundedMinor({ purchases, refunds }: Facts): number {
  const byId = new Map(purchases.map((purchase) => [keyOf(purchase), purchase]));
  return refunds.reduce((sum, refund) => {
    const purchase = byId.get(keyOf(refund));
    return purchase ? sum + refundWorth(refund, purchase) : sum;
  }, 0);
}

/** Each member's purchases in their order, with what became of them. */
export function boughtByMember({ purchases, refunds }: Facts): Map<string, Bought[]> {
  const refundsOf = new Map<string, RefundFacts[]>();
  for (const refund of refunds) refundsOf.set(keyOf(refund), [...(refundsOf.get(keyOf(refund)) ?? []), refund]);
  const members = new Map<string, Bought[]>();
  for (const purchase of purchases) {
    const bought: Bought = {
      id: purchase.purchaseId,
      at: Date.parse(purchase.purchasedAt),
      total: purchase.totalMinor,
      refunds: (refundsOf.get(keyOf(purchase)) ?? []).map((refund) => ({
        at: Date.parse(refund.refundedAt),
        amount: refundWorth(refund, purchase),
      })),
    };
    members.set(purchase.memberId, [...(members.get(purchase.memberId) ?? []), bought]);
  }
  for (const all of members.values()) all.sort(inOrder);
  return members;
}

/** A purchase is known by its member and number: the same number under another member is another purchase. */
function keyOf({ memberId, purchaseId }: Pick<PurchaseFacts, 'memberId' | 'purchaseId'>): string {
  return `${memberId} ${purchaseId}`;
}
