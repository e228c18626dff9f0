import { aPurchaseCreated, aPurchaseRefunded, testService } from '@tessera/testing';
import type { CheckedBooks } from './check-books.js';
import { ledger as definition } from './index.js';

describe('the books', () => {
  const ledger = testService(definition);
  const broken = async (): Promise<string[]> => {
    const { balanced, checks } = (await ledger.http('GET', '/books')).body as CheckedBooks;
    const names = checks.filter(({ holds }) => !holds).map(({ name }) => name);
    expect(balanced).toBe(names.length === 0);
    return names;
  };

  beforeEach(async () => {
    await ledger.deliver(aPurchaseCreated({ purchaseId: 'p1', totalMinor: 20_00 }));
    await ledger.http('POST', '/members/m1/redemptions', { body: { points: 15 }, headers: { 'idempotency-key': 'k' } });
    await ledger.deliver(aPurchaseRefunded({ purchaseId: 'p1', amountMinor: 10_00 }));
  });

  it('hold', async () => {
    expect(await broken()).toEqual([]);
  });

  it('are only ever added to', async () => {
    await expect(ledger.sql('UPDATE entries SET amount = 1')).rejects.toThrow('only ever added to');
    await expect(ledger.sql('DELETE FROM entries')).rejects.toThrow('only ever added to');
  });

  it.each([
    [
      'a wallet that was written to',
      `UPDATE wallets SET spent = spent + 1`,
      ['wallets-equal-journal', 'wallets-equal-lots', 'spent-equals-redemptions'],
    ],
    ['a lot that was written to', `UPDATE lots SET posted = posted + 1`, ['lots-equal-journal', 'wallets-equal-lots']],
    ['a lot that is gone', `DELETE FROM lots`, ['lots-equal-journal', 'wallets-equal-lots']],
    ['a wallet that is gone', `DELETE FROM wallets`, ['wallets-equal-journal', 'spent-equals-redemptions']],
    ['a redemption that is gone', `DELETE FROM redemptions`, ['spent-equals-redemptions']],
    [
      'a redemption whose lots do not add up',
      `UPDATE redemptions SET taken = '[{"lotId":"p1","points":14}]'`,
      ['spent-equals-redemptions'],
    ],
    ['a number never used', `UPDATE subjects SET sequence = 9 WHERE subject = 'm1'`, ['movements-are-numbered']],
    ['a member that is gone', `DELETE FROM members`, ['only-members-have-points']],
    [
      'a wallet of someone erased that was not closed',
      `INSERT INTO erased_members SELECT member_id, clock_timestamp() FROM wallets`,
      ['closed-wallets-are-empty'],
    ],
    [
      'a movement that does not add up',
      `INSERT INTO entries SELECT member_id, 4, line, wallet, account, 7, lot_id, reason, purchase_id, refund_id, redemption_id, occurred_at, posted_at
         FROM entries WHERE sequence = 1 AND account = 'issued'`,
      ['movements-balance', 'movements-are-numbered', 'lots-equal-journal'],
    ],
  ])('show %s', async (_what, sql, rules) => {
    await ledger.sql(sql);

    expect(await broken()).toEqual(rules);
  });

  it('cannot be made unsound by mistake: the tables refuse', async () => {
    await expect(ledger.sql('UPDATE wallets SET spent = -1')).rejects.toThrow('wallets_spent_check');
    await expect(ledger.sql('UPDATE wallets SET active = 1, arrears = 1')).rejects.toThrow('beside_arrears');
  });
});
