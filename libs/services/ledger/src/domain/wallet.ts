import { LedgerInvariantBroken } from './errors.js';

/** The states points pass through. `arrears` is what the member owes: points taken back that were no longer there. */
export type Balance = Readonly<{
  pending: number;
  active: number;
  held: number;
  spent: number;
  expired: number;
  arrears: number;
}>;

/** `issued` is the program's counter-account: minus its balance is what has been issued. */
export type Account = 'issued' | keyof Balance;

/** One side of a movement. What a member owes is negative in the journal: its `arrears` account goes down as the debt goes up. */
export type Line = Readonly<{
  account: Account;
  amount: number;
  /** The lot whose points move, if any do. */ lotId: string | null;
}>;

/** What a lot goes by. The net amount is the one its points were last reckoned on; the version is that of the program which set its expiry. */
export type LotTerms = Readonly<{ lotId: string; expiresAt: Date; netMinor: number; programVersion: number }>;

/** Points of one purchase. `posted` is what was issued for it on balance, wherever it went since; a lot is never removed. */
export type Lot = LotTerms & Readonly<{ posted: number; active: number; expired: number }>;

export type Wallet = Readonly<{ balance: Balance; lots: ReadonlyMap<string, Lot> }>;

/** A wallet after a movement, and the movement. No lines: nothing moved. */
export type Moved = Readonly<{ wallet: Wallet; lines: readonly Line[] }>;

export const emptyBalance: Balance = { pending: 0, active: 0, held: 0, spent: 0, expired: 0, arrears: 0 };
export const emptyWallet: Wallet = { balance: emptyBalance, lots: new Map() };

/** What a wallet and its lots are: all movements added up. Throws LedgerInvariantBroken rather than make one that is unsound. */
export function post(wallet: Wallet, lines: readonly Line[]): Moved {
  const sum = lines.reduce((total, { amount }) => total + amount, 0);
  if (sum !== 0) throw new LedgerInvariantBroken('sum of a movement', sum);

  const balance = { ...wallet.balance };
  const lots = new Map(wallet.lots);
  for (const { account, amount, lotId } of lines) {
    if (account === 'arrears') balance.arrears -= amount;
    else if (account !== 'issued') balance[account] += amount;
    if (lotId !== null) lots.set(lotId, movedLot(lots.get(lotId), account, amount));
  }
  assertSound(balance);
  return { wallet: { balance, lots }, lines };
}

/** Leaves out lines that move nothing. */
export function movement(...lines: readonly Line[]): readonly Line[] {
  return lines.filter(({ amount }) => amount !== 0);
}

export function line(account: Account, amount: number, lotId: string | null = null): Line {
  return { account, amount, lotId };
}

/** Opens lots before anything is posted to them, and changes the terms of those there are. */
export function withTerms(wallet: Wallet, terms: readonly LotTerms[]): Wallet {
  if (terms.length === 0) return wallet;
  const lots = new Map(wallet.lots);
  for (const term of terms) {
    const { lotId, expiresAt, netMinor, programVersion } = term;
    const { posted = 0, active = 0, expired = 0 } = lots.get(lotId) ?? {};
    lots.set(lotId, { lotId, expiresAt, netMinor, programVersion, posted, active, expired });
  }
  return { ...wallet, lots };
}

function movedLot(lot: Lot | undefined, account: Account, amount: number): Lot {
  if (!lot) throw new LedgerInvariantBroken('points moved in an unknown lot', account);
  const { lotId, expiresAt, netMinor, programVersion } = lot;
  const moved = {
    lotId,
    expiresAt,
    netMinor,
    programVersion,
    posted: lot.posted - (account === 'issued' ? amount : 0),
    active: lot.active + (account === 'active' ? amount : 0),
    expired: lot.expired + (account === 'expired' ? amount : 0),
  };
  if (moved.posted < 0 || moved.active < 0 || moved.expired < 0) {
    throw new LedgerInvariantBroken(`points of lot ${lot.lotId}`, JSON.stringify(moved));
  }
  return moved;
}

function assertSound(balance: Balance): void {
  for (const [account, points] of Object.entries(balance)) {
    if (!Number.isSafeInteger(points) || points < 0) throw new LedgerInvariantBroken(`${account} points`, points);
  }
  if (balance.active > 0 && balance.arrears > 0) {
    throw new LedgerInvariantBroken('points active beside arrears', JSON.stringify(balance));
  }
}
