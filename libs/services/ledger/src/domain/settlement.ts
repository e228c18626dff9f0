import { compareIds } from '@tessera/purchases';
import { isPastExpiry, lotsInUse } from './lots.js';
import { clawBack, credit, expireLot } from './movements.js';
import { type Balance, type Line, type LotTerms, type Wallet, withTerms } from './wallet.js';

export type Reason = 'earned' | 'corrected' | 'clawed-back' | 'spent' | 'returned' | 'expired';

/** A movement with its cause. `amount` is what it credits (+) or debits (-); `balance` is the wallet's after it. */
export type Movement = Readonly<{
  reason: Reason;
  amount: number;
  occurredAt: Date;
  purchaseId?: string;
  refundId?: string;
  redemptionId?: string;
  lines: readonly Line[];
  balance: Balance;
}>;

/** Points that a purchase should have posted, and what its lot goes by. `refund` is the one to name where points are taken back. */
export type Due = Readonly<{
  terms: LotTerms;
  purchasedAt: Date;
  points: number;
  refund?: Readonly<{ refundId: string; refundedAt: Date }>;
}>;

export type Settled = Readonly<{ wallet: Wallet; movements: readonly Movement[] }>;

/**
 * Brings a wallet to what is due: expires the lots whose time has come, then posts per purchase the difference between points due
 * and posted, as at most one movement. Purchases without a due are left as they are. Doing it again moves nothing.
 */
export function settle(before: Wallet, dues: readonly Due[], now: Date): Settled {
  let wallet = withTerms(before, changedTerms(before, dues));
  const movements: Movement[] = [];

  for (const lot of lotsInUse(wallet).filter((inUse) => isPastExpiry(inUse, now))) {
    const moved = expireLot(wallet, lot);
    wallet = moved.wallet;
    movements.push({
      reason: 'expired',
      amount: -lot.active,
      occurredAt: lot.expiresAt,
      purchaseId: lot.lotId,
      lines: moved.lines,
      balance: wallet.balance,
    });
  }
  for (const due of dues) {
    const { lotId } = due.terms;
    const amount = due.points - (wallet.lots.get(lotId)?.posted ?? 0);
    if (amount === 0) continue;
    const moved = amount > 0 ? credit(wallet, lotId, amount, now) : clawBack(wallet, lotId, -amount);
    wallet = moved.wallet;
    movements.push({ ...causeOf(due, amount, before), amount, lines: moved.lines, balance: wallet.balance });
  }
  return { wallet, movements };
}

/** Lots that are new or whose terms are other than before. A purchase that never earned anything gets no lot. */
function changedTerms({ lots }: Wallet, dues: readonly Due[]): readonly LotTerms[] {
  return dues
    .filter(({ terms, points }) => {
      const lot = lots.get(terms.lotId);
      if (!lot) return points > 0;
      return (
        lot.netMinor !== terms.netMinor ||
        lot.programVersion !== terms.programVersion ||
        lot.expiresAt.getTime() !== terms.expiresAt.getTime()
      );
    })
    .map(({ terms }) => terms);
}

function causeOf(
  { terms, purchasedAt, refund }: Due,
  amount: number,
  { lots }: Wallet,
): Pick<Movement, 'reason' | 'occurredAt' | 'purchaseId' | 'refundId'> {
  const purchaseId = terms.lotId;
  const lot = lots.get(purchaseId);
  if (!lot) return { reason: 'earned', occurredAt: purchasedAt, purchaseId };
  if (amount < 0 && terms.netMinor < lot.netMinor && refund) {
    return { reason: 'clawed-back', occurredAt: refund.refundedAt, purchaseId, refundId: refund.refundId };
  }
  return { reason: 'corrected', occurredAt: purchasedAt, purchaseId };
}

/** Lots of a wallet that are not as they were before, for writing them; by purchase, so that all write them in one order. */
export function changedLots(before: Wallet, after: Wallet): readonly string[] {
  return [...after.lots.values()]
    .filter((lot) => before.lots.get(lot.lotId) !== lot)
    .map(({ lotId }) => lotId)
    .sort(compareIds);
}
