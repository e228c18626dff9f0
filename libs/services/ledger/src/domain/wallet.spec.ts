import fc from 'fast-check';
import { LedgerInvariantBroken } from './errors.js';
import { isPastExpiry, sumOf } from './lots.js';
import { settle } from './settlement.js';
import { type History, owned, someSteps, walk } from './some-wallets.features.js';
import { emptyWallet, line, post, withTerms } from './wallet.js';

const always = (look: (history: History) => void): void =>
  fc.assert(
    fc.property(someSteps, (steps) => {
      walk(steps, look);
    }),
    { numRuns: 200 },
  );

describe('a wallet, whatever happens to it', () => {
  it('has movements that add up to zero', () => {
    always(({ journal }) => {
      expect(journal.map((lines) => lines.reduce((sum, { amount }) => sum + amount, 0)).filter(Boolean)).toEqual([]);
    });
  });

  it('is never negative, and never has active points beside arrears', () => {
    always(({ wallet: { balance, lots } }) => {
      expect(Object.values(balance).every((points) => points >= 0)).toBe(true);
      expect([...lots.values()].every(({ posted, active, expired }) => Math.min(posted, active, expired) >= 0)).toBe(
        true,
      );
      expect(balance.active === 0 || balance.arrears === 0).toBe(true);
    });
  });

  it('holds what was posted: pending + active + held + spent + expired - arrears = points due', () => {
    always(({ wallet: { balance, lots }, due }) => {
      const posted = [...lots.values()].reduce((sum, lot) => sum + lot.posted, 0);

      expect(owned(balance)).toBe(posted);
      expect(posted).toBe([...due.values()].reduce((sum, { points }) => sum + points, 0));
    });
  });

  it('is what its journal adds up to, account by account and lot by lot', () => {
    always(({ wallet: { balance, lots }, journal }) => {
      const lines = journal.flat();
      const total = (account: string, lotId?: string): number =>
        lines
          .filter((each) => each.account === account && (lotId === undefined || each.lotId === lotId))
          .reduce((sum, { amount }) => sum + amount, 0);

      expect(balance).toMatchObject({ active: total('active'), spent: total('spent'), expired: total('expired') });
      expect(balance.arrears).toBe(0 - total('arrears'));
      for (const { lotId, posted, active, expired } of lots.values()) {
        expect([posted, active, expired]).toEqual([
          0 - total('issued', lotId),
          total('active', lotId),
          total('expired', lotId),
        ]);
      }
    });
  });

  it('keeps its active and expired points in lots, and spends those of redemptions that were not returned', () => {
    always(({ wallet: { balance, lots }, taken }) => {
      const all = [...lots.values()];

      expect(balance.active).toBe(all.reduce((sum, { active }) => sum + active, 0));
      expect(balance.expired).toBe(all.reduce((sum, { expired }) => sum + expired, 0));
      expect(balance.spent).toBe(taken.reduce((sum, shares) => sum + sumOf(shares), 0));
    });
  });

  it('has nothing active past its expiry once settled, and settling again moves nothing', () => {
    always(({ wallet, due, now }) => {
      const settled = settle(wallet, [...due.values()], now);

      expect([...settled.wallet.lots.values()].filter((lot) => lot.active > 0 && isPastExpiry(lot, now))).toEqual([]);
      expect(settle(settled.wallet, [...due.values()], now).movements).toEqual([]);
    });
  });
});

describe('posting', () => {
  const terms = { lotId: 'p', expiresAt: new Date(1), netMinor: 0, programVersion: 1 };
  const wallet = withTerms(emptyWallet, [terms]);

  it.each([
    ['does not add up to zero', [line('issued', -1, 'p'), line('active', 2, 'p')]],
    ['takes what is not there', [line('active', -1, 'p'), line('spent', 1)]],
    ['would leave active points beside arrears', [line('arrears', -1), line('active', 1, 'p')]],
    ['moves points of a lot that does not exist', [line('issued', -1, 'q'), line('active', 1, 'q')]],
    ['leaves the safe integers', [line('issued', -(2 ** 53), 'p'), line('active', 2 ** 53, 'p')]],
  ])('refuses a movement that %s', (_what, lines) => {
    expect(() => post(wallet, lines)).toThrow(LedgerInvariantBroken);
  });

  it('leaves the wallet it was given as it was', () => {
    post(wallet, [line('issued', -1, 'p'), line('active', 1, 'p')]);

    expect(wallet).toEqual({ ...emptyWallet, lots: new Map([['p', { ...terms, posted: 0, active: 0, expired: 0 }]]) });
  });
});
