import { compareIds } from '@tessera/purchases';
import type { Lot, Wallet } from './wallet.js';

/** Points of a lot, as taken from it or to be given back to it. */
export type Share = Readonly<{ lotId: string; points: number }>;

/** At its expiry a lot is expired already. */
export function isPastExpiry({ expiresAt }: Pick<Lot, 'expiresAt'>, now: Date): boolean {
  return expiresAt.getTime() <= now.getTime();
}

/** Lots with active points, in the order in which they are used up. */
export function lotsInUse({ lots }: Wallet): readonly Lot[] {
  return [...lots.values()].filter(({ active }) => active > 0).sort(byExpiry);
}

/** By (expiry, purchase), ids bytewise. */
export function byExpiry(a: Lot, b: Lot): number {
  return a.expiresAt.getTime() - b.expiresAt.getTime() || compareIds(a.lotId, b.lotId);
}

/** Takes points off lots in the order given; fewer than asked where the lots hold fewer. */
export function takeFrom(lots: readonly Lot[], points: number): readonly Share[] {
  const shares: Share[] = [];
  let missing = points;
  for (const { lotId, active } of lots) {
    if (missing === 0) break;
    const taken = Math.min(active, missing);
    missing -= taken;
    if (taken > 0) shares.push({ lotId, points: taken });
  }
  return shares;
}

/** When the wallet's next points expire; null where it has none that can. */
export function nextExpiry(wallet: Wallet): Date | null {
  return lotsInUse(wallet)[0]?.expiresAt ?? null;
}

export function sumOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { points }) => sum + points, 0);
}
