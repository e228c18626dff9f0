import { InsufficientPoints, LedgerInvariantBroken } from './errors.js';
import { nextExpiry } from './lots.js';
import { clawBack, credit, expireLot, giveBack, spend } from './movements.js';
import { settle } from './settlement.js';
import { aDue, DAY } from './some-wallets.features.js';
import { emptyWallet, line, type Wallet } from './wallet.js';

const day = (number: number): Date => new Date(number * DAY);

/** A wallet with active points per purchase; each lot expires ten days after the day of its number. */
const walletOf = (points: Record<string, number>): Wallet =>
  settle(
    emptyWallet,
    Object.entries(points).map(([lotId, due]) => aDue(lotId, due)),
    day(0),
  ).wallet;

describe('spending', () => {
  it('takes first what expires first, and at one expiry goes by the bytes of the purchase', () => {
    const { wallet, taken, lines } = spend(walletOf({ 3: 10, 1: 10, 2: 10 }), 25, day(5));

    expect(taken).toEqual([
      { lotId: '1', points: 10 },
      { lotId: '2', points: 10 },
      { lotId: '3', points: 5 },
    ]);
    expect(lines.at(-1)).toEqual(line('spent', 25));
    expect(wallet.balance).toMatchObject({ active: 5, spent: 25 });
  });

  it('says how much there is when that is too little, not counting lots past their expiry', () => {
    expect(() => spend(walletOf({ 1: 10, 2: 10 }), 11, day(11))).toThrow(new InsufficientPoints(11, 10));
  });

  it.each([0, -1, 0.5, NaN])('refuses %d points', (points) => {
    expect(() => spend(walletOf({ 1: 10 }), points, day(1))).toThrow(LedgerInvariantBroken);
  });
});

describe('a clawback', () => {
  it("takes the purchase's own active points, then other lots' by expiry, then makes arrears", () => {
    const before = walletOf({ 1: 10, 2: 10, 3: 30 });
    const { wallet, lines } = clawBack(spend(before, 15, day(1)).wallet, '3', 30);
    const short = clawBack(clawBack(wallet, '2', 10).wallet, '1', 10);

    expect(lines).toEqual([line('issued', 30, '3'), line('active', -30, '3')]);
    expect(short.wallet.balance).toMatchObject({ active: 0, spent: 15, arrears: 15 });
  });

  it('reverses the expiry of its own lot before it touches others', () => {
    const some = walletOf({ 1: 10, 2: 10 });
    const expired = settle(some, [aDue('1', 10), aDue('2', 10)], day(11)).wallet;
    const { wallet, lines } = clawBack(expired, '1', 10);

    expect(lines).toEqual([line('issued', 10, '1'), line('expired', -10, '1')]);
    expect(wallet.balance).toMatchObject({ active: 10, expired: 0 });
  });

  it('takes from the other lots what its own was spent for', () => {
    const { wallet, lines } = clawBack(spend(walletOf({ 1: 10, 2: 10, 3: 10 }), 10, day(1)).wallet, '1', 10);

    expect(lines).toEqual([line('issued', 10, '1'), line('active', -10, '2')]);
    expect(wallet.balance).toMatchObject({ active: 10, spent: 10, arrears: 0 });
  });
});

describe('a credit', () => {
  const inArrears = clawBack(spend(walletOf({ 1: 10, 2: 0, 3: 4 }), 14, day(1)).wallet, '1', 10).wallet;

  it('repays arrears first', () => {
    const { wallet, lines } = credit(inArrears, '3', 25, day(1));

    expect(lines).toEqual([line('issued', -25, '3'), line('arrears', 10), line('active', 15, '3')]);
    expect(wallet.balance).toMatchObject({ active: 15, arrears: 0 });
  });

  it('past its expiry repays arrears, and its rest is expired at once', () => {
    const { lines } = credit(inArrears, '3', 25, day(13));

    expect(lines).toEqual([line('issued', -25, '3'), line('arrears', 10), line('expired', 15, '3')]);
  });

  it('may go into arrears whole', () => {
    expect(credit(inArrears, '3', 4, day(1)).lines).toEqual([line('issued', -4, '3'), line('arrears', 4)]);
  });
});

describe('giving a spend back', () => {
  const { wallet, taken } = spend(walletOf({ 1: 10, 5: 10 }), 15, day(1));

  it('returns the points to the lots they came from', () => {
    expect(giveBack(wallet, taken, day(2)).wallet).toEqual(walletOf({ 1: 10, 5: 10 }));
  });

  it('repays arrears first, and expires what belongs to a lot past its expiry', () => {
    const inArrears = clawBack(wallet, '5', 10).wallet;
    const given = giveBack(inArrears, taken, day(11));

    expect(inArrears.balance).toMatchObject({ active: 0, arrears: 5 });
    expect(given.lines).toEqual([
      line('spent', -15),
      line('arrears', 5),
      line('expired', 5, '1'),
      line('active', 5, '5'),
    ]);
  });
});

describe('expiry', () => {
  it('moves what a lot still has, and the next one is the earliest with active points', () => {
    const { wallet } = spend(walletOf({ 1: 10, 2: 10 }), 4, day(1));
    const lot = wallet.lots.get('1');
    const expired = lot && expireLot(wallet, lot);

    expect(nextExpiry(wallet)).toEqual(day(11));
    expect(expired?.lines).toEqual([line('active', -6, '1'), line('expired', 6, '1')]);
    expect(expired && nextExpiry(expired.wallet)).toEqual(day(12));
    expect(nextExpiry(emptyWallet)).toBeNull();
  });
});
