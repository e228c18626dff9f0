import { InsufficientPoints, LedgerInvariantBroken } from './errors.js';
import { isPastExpiry, lotsInUse, type Share, sumOf, takeFrom } from './lots.js';
import { line, type Lot, movement, type Moved, post, type Wallet } from './wallet.js';

/*
 * Everything that can happen to a wallet, each as one movement. A lot past its expiry holds no active points that could be used:
 * `expireLot` comes first for each such lot, then the rest.
 */

/**
 * Issues points for a lot. They repay arrears first; the rest is active, or expired at once where the lot is past its expiry.
 */
export function credit(wallet: Wallet, lotId: string, points: number, now: Date): Moved {
  assertPositive(points);
  const repaid = Math.min(points, wallet.balance.arrears);
  const rest = isPastExpiry(lotOf(wallet, lotId), now) ? 'expired' : 'active';
  return post(
    wallet,
    movement(line('issued', -points, lotId), line('arrears', repaid), line(rest, points - repaid, lotId)),
  );
}

/**
 * Takes issued points back: from the lot's own active part, then from its expired part (reversing that expiry), then from the
 * other lots' active points by (expiry, purchase); what is then missing becomes arrears.
 */
export function clawBack(wallet: Wallet, lotId: string, points: number): Moved {
  assertPositive(points);
  const own = lotOf(wallet, lotId);
  const ownActive = Math.min(points, own.active);
  const ownExpired = Math.min(points - ownActive, own.expired);
  const others = lotsInUse(wallet).filter((lot) => lot.lotId !== lotId);
  const shares = takeFrom(others, points - ownActive - ownExpired);
  return post(
    wallet,
    movement(
      line('issued', points, lotId),
      line('active', -ownActive, lotId),
      line('expired', -ownExpired, lotId),
      ...shares.map((share) => line('active', -share.points, share.lotId)),
      line('arrears', -(points - ownActive - ownExpired - sumOf(shares))),
    ),
  );
}

/** Spends points, first those that expire first, and says what came from which lot. Throws InsufficientPoints. */
export function spend(wallet: Wallet, points: number, now: Date): Moved & Readonly<{ taken: readonly Share[] }> {
  assertPositive(points);
  const usable = lotsInUse(wallet).filter((lot) => !isPastExpiry(lot, now));
  const taken = takeFrom(usable, points);
  if (sumOf(taken) < points) throw new InsufficientPoints(points, sumOf(taken));
  const moved = post(
    wallet,
    movement(...taken.map((share) => line('active', -share.points, share.lotId)), line('spent', points)),
  );
  return { ...moved, taken };
}

/**
 * Gives a spend back to the lots it was taken from. Arrears are repaid first, out of the shares that expire first; what goes
 * back to a lot past its expiry is expired at once.
 */
export function giveBack(wallet: Wallet, taken: readonly Share[], now: Date): Moved {
  const points = sumOf(taken);
  assertPositive(points);
  let repay = Math.min(points, wallet.balance.arrears);
  const lines = [line('spent', -points), line('arrears', repay)];
  for (const share of taken) {
    const repaid = Math.min(repay, share.points);
    repay -= repaid;
    const rest = isPastExpiry(lotOf(wallet, share.lotId), now) ? 'expired' : 'active';
    lines.push(line(rest, share.points - repaid, share.lotId));
  }
  return post(wallet, movement(...lines));
}

/** Expires what a lot still has active. The caller asks for it at or after the lot's expiry. */
export function expireLot(wallet: Wallet, { lotId, active }: Lot): Moved {
  assertPositive(active);
  return post(wallet, movement(line('active', -active, lotId), line('expired', active, lotId)));
}

function lotOf({ lots }: Wallet, lotId: string): Lot {
  const lot = lots.get(lotId);
  if (!lot) throw new LedgerInvariantBroken('no such lot', lotId);
  return lot;
}

function assertPositive(points: number): void {
  if (!Number.isSafeInteger(points) || points <= 0) throw new LedgerInvariantBroken('points to move', points);
}
