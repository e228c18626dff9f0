import fc from 'fast-check';
import { close } from './closing.js';
import { settle } from './settlement.js';
import { aDue, DAY, owned, someSteps, walk } from './some-wallets.features.js';
import { emptyBalance, emptyWallet } from './wallet.js';

const erasedAt = new Date(9 * DAY);

describe('closing a wallet', () => {
  it('leaves what was spent and nothing else, by one balanced movement, whatever happened before', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const { wallet } = walk(steps, () => undefined);
        const { wallet: closed, movements } = close(wallet, erasedAt);

        expect(closed.balance).toEqual({ ...emptyBalance, spent: wallet.balance.spent });
        const lots = [...closed.lots.values()];
        expect(lots.reduce((sum, { posted }) => sum + posted, 0)).toBe(wallet.balance.spent);
        expect(lots.filter(({ active, expired, posted }) => active !== 0 || expired !== 0 || posted < 0)).toEqual([]);
        expect(movements.length).toBeLessThanOrEqual(1);
        for (const { lines, amount, balance, reason } of movements) {
          expect(lines.reduce((sum, line) => sum + line.amount, 0)).toBe(0);
          expect(amount).toBe(wallet.balance.spent - owned(wallet.balance));
          expect([reason, balance]).toEqual(['corrected', closed.balance]);
        }
        expect(close(closed, erasedAt)).toEqual({ wallet: closed, movements: [] });
      }),
    );
  });

  it('has nothing to say of a wallet that never held anything', () => {
    expect(close(emptyWallet, erasedAt)).toEqual({ wallet: emptyWallet, movements: [] });
  });

  it('takes back what had expired, too', () => {
    const { wallet } = settle(emptyWallet, [aDue('1', 10), aDue('5', 4)], new Date(12 * DAY));
    const [movement] = close(wallet, erasedAt).movements;

    expect(wallet.balance).toEqual({ ...emptyBalance, active: 4, expired: 10 });
    expect(movement).toMatchObject({ amount: -14, occurredAt: erasedAt, balance: emptyBalance });
  });
});
