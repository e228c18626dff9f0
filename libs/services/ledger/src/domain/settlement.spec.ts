import { settle } from './settlement.js';
import { aDue, DAY } from './some-wallets.features.js';
import { emptyWallet } from './wallet.js';

const day = (number: number): Date => new Date(number * DAY);
const told = ({ movements }: ReturnType<typeof settle>) =>
  movements.map(({ reason, amount, occurredAt, purchaseId, refundId }) => ({
    reason,
    amount,
    occurredAt,
    purchaseId,
    refundId,
  }));

describe('settling', () => {
  it('says earned first, corrected when a tier changed, clawed back when a refund lowered the net amount', () => {
    const earned = settle(emptyWallet, [aDue('1', 10)], day(1));
    const corrected = settle(earned.wallet, [aDue('1', 20, { netMinor: 1000 })], day(1));
    const refunded = settle(corrected.wallet, [aDue('1', 8, { netMinor: 400 })], day(2));

    expect(told(earned)).toEqual([{ reason: 'earned', amount: 10, occurredAt: day(1), purchaseId: '1' }]);
    expect(told(corrected)).toEqual([{ reason: 'corrected', amount: 10, occurredAt: day(1), purchaseId: '1' }]);
    expect(told(refunded)).toEqual([
      { reason: 'clawed-back', amount: -12, occurredAt: day(2), purchaseId: '1', refundId: 'r-1' },
    ]);
    expect(refunded.movements[0]?.balance).toEqual(refunded.wallet.balance);
  });

  it('does not blame an earlier refund that moved nothing for a later fall of the tier', () => {
    const earned = settle(emptyWallet, [aDue('1', 10, { netMinor: 1050 })], day(1));
    const refunded = settle(earned.wallet, [aDue('1', 10, { netMinor: 1000 })], day(1));

    expect(told(refunded)).toEqual([]);
    expect(told(settle(refunded.wallet, [aDue('1', 5, { netMinor: 1000 })], day(1)))[0]).toMatchObject({
      reason: 'corrected',
      amount: -5,
    });
  });

  it('opens no lot for a purchase that earns nothing, and calls it earned when it does', () => {
    const nothing = settle(emptyWallet, [aDue('1', 0)], day(1));

    expect(nothing).toEqual({ wallet: emptyWallet, movements: [] });
    expect(told(settle(nothing.wallet, [aDue('1', 5)], day(1)))[0]).toMatchObject({ reason: 'earned', amount: 5 });
  });

  it('expires due lots before it corrects, dated at their expiry', () => {
    const earned = settle(emptyWallet, [aDue('1', 10), aDue('2', 5)], day(2));
    const settled = settle(earned.wallet, [aDue('1', 10), aDue('2', 7)], day(11));

    expect(told(settled)).toEqual([
      { reason: 'expired', amount: -10, occurredAt: day(11), purchaseId: '1' },
      { reason: 'corrected', amount: 2, occurredAt: day(2), purchaseId: '2' },
    ]);
  });

  it('moves a lot whose expiry is another now, and expires it if that has passed', () => {
    const earned = settle(emptyWallet, [aDue('1', 10)], day(2));
    const settled = settle(earned.wallet, [aDue('1', 10, { expiresAt: day(2), programVersion: 2 })], day(2));

    expect(told(settled)).toEqual([{ reason: 'expired', amount: -10, occurredAt: day(2), purchaseId: '1' }]);
  });

  it('leaves alone what it is told nothing of', () => {
    const earned = settle(emptyWallet, [aDue('1', 10)], day(2));

    expect(settle(earned.wallet, [], day(3))).toEqual({ wallet: earned.wallet, movements: [] });
  });
});
