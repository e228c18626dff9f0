import { finalNet, type PurchaseFact } from '@tessera/purchases';
import { lotExpiry } from './lot-expiry.js';
import { pointsDue, type Rounding } from './points-due.js';
import type { Due } from './settlement.js';
import { type Place, type TierHistory, tierAt } from './tier-at.js';
import type { Lot } from './wallet.js';

/** What the ledger needs of a program version. Rate and multipliers in hundredths, tiers from the lowest up. */
export type Program = Readonly<{
  version: number;
  /** Decimal places of the program's currency. */
  exponent: number;
  timeZone: string;
  rate: number;
  rounding: Rounding;
  lotMonths: number;
  tiers: readonly Readonly<{ tier: string; multiplier: number }>[];
}>;

/** What was known of a member's purchases before and what is new about them. */
export type MemberFacts = Readonly<{
  purchases: readonly PurchaseFact[];
  history: TierHistory;
  lots: ReadonlyMap<string, Lot>;
  /** Refunds that have just arrived: where points are taken back, they are the cause to name. */
  justRefunded: ReadonlySet<string>;
}>;

/**
 * What is due for each purchase by the program in force at its time; purchases of a time without one are left out.
 * Points are due on what is left after all refunds known, those dated ahead included: what is dated ahead counts at once here.
 */
export function duesOf(facts: MemberFacts, programFor: (t: Date) => Program | undefined): readonly Due[] {
  return facts.purchases.flatMap((purchase) => {
    const program = programFor(purchase.purchasedAt);
    return program ? [dueOf(purchase, program, facts)] : [];
  });
}

/** Tier and multiplier for a purchase: the lowest tier without a history, or where this version does not know the tier held. */
export function earningTier(program: Program, history: TierHistory, place: Place): Program['tiers'][number] {
  const held = tierAt(history, place);
  const lowest = program.tiers[0] ?? { tier: 'none', multiplier: 0 };
  return program.tiers.find(({ tier }) => tier === held) ?? lowest;
}

export function pointsFor(program: Program, netMinor: number, multiplier: number): number {
  const { exponent, rate, rounding } = program;
  return pointsDue({ netMinor, exponent, rate, multiplier, rounding });
}

function dueOf(purchase: PurchaseFact, program: Program, { history, lots, justRefunded }: MemberFacts): Due {
  const netMinor = finalNet(purchase);
  const { multiplier } = earningTier(program, history, purchase);
  const refund = purchase.refunds.findLast(({ refundId }) => justRefunded.has(refundId)) ?? purchase.refunds.at(-1);
  return {
    terms: {
      lotId: purchase.purchaseId,
      expiresAt: expiryOf(purchase, program, lots.get(purchase.purchaseId)),
      netMinor,
      programVersion: program.version,
    },
    purchasedAt: purchase.purchasedAt,
    points: pointsFor(program, netMinor, multiplier),
    ...(refund && { refund }),
  };
}

/** Calendar arithmetic is slow, and a lot's expiry stays what it was while the same version of the program holds for it. */
function expiryOf({ purchasedAt }: PurchaseFact, program: Program, lot: Lot | undefined): Date {
  if (lot?.programVersion === program.version) return lot.expiresAt;
  return lotExpiry(purchasedAt, program.lotMonths, program.timeZone);
}
