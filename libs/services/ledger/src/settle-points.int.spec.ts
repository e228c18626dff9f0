import { aProgramPublished, aPurchaseCreated, aPurchaseRefunded, testService } from '@tessera/testing';
import { ledger as definition } from './index.js';

describe('settling points', () => {
  const ledger = testService(definition);
  const movements = async () =>
    (await ledger.published('points.changed')).map(({ data }) => [data['reason'], data['amount']]);
  const balanceOf = async (memberId = 'm1') => (await ledger.http('GET', `/members/${memberId}/balance`)).body;
  const redeem = (points: number) =>
    ledger.http('POST', '/members/m1/redemptions', {
      body: { points },
      headers: { 'idempotency-key': `k${points}` },
    });

  describe('a refund', () => {
    it.each([
      ['whole', {}, -20],
      ['by amount', { amountMinor: 5_50 }, -6],
      ['by lines', { lines: [{ line: 2, quantity: 1 }] }, -3],
    ])('%s takes back what its purchase no longer earns, and is named', async (_form, form, amount) => {
      const lines = [
        { sku: 'a', quantity: 1, unitPriceMinor: 14_00 },
        { sku: 'b', quantity: 2, unitPriceMinor: 3_00 },
      ];
      await ledger.deliver(
        aPurchaseCreated({ purchaseId: 'p1', totalMinor: 20_00, lines }),
        aPurchaseRefunded({ purchaseId: 'p1', refundId: 'r1', ...form }),
      );

      expect((await ledger.published('points.changed')).at(-1)?.data).toMatchObject({
        reason: 'clawed-back',
        amount,
        purchaseId: 'p1',
        refundId: 'r1',
        occurredAt: '2026-03-02T10:00:00.000Z',
      });
      expect(await balanceOf()).toMatchObject({ active: 20 + amount });
    });

    it('that is early waits for its purchase', async () => {
      const purchase = aPurchaseCreated({ purchaseId: 'p1', totalMinor: 20_00 });
      await ledger.deliver(aPurchaseRefunded({ purchaseId: 'p1', amountMinor: 5_00 }), purchase);

      expect(await movements()).toEqual([['earned', 15]]);
    });

    it('of points already spent makes arrears, which the next credit repays', async () => {
      await ledger.deliver(aPurchaseCreated({ purchaseId: 'p1', totalMinor: 20_00 }));
      await redeem(15);
      await ledger.deliver(aPurchaseRefunded({ purchaseId: 'p1' }));
      expect(await balanceOf()).toMatchObject({ active: 0, spent: 15, arrears: 15 });

      await ledger.deliver(aPurchaseCreated({ totalMinor: 25_00 }));
      expect(await balanceOf()).toMatchObject({ active: 10, spent: 15, arrears: 0 });
    });

    it('beyond the total takes back no more than was there', async () => {
      await ledger.deliver(
        aPurchaseCreated({ purchaseId: 'p1', totalMinor: 20_00 }),
        aPurchaseRefunded({ purchaseId: 'p1', amountMinor: 99_00 }),
      );

      expect(await balanceOf()).toMatchObject({ active: 0, arrears: 0 });
      expect((await ledger.http('GET', '/summary')).body).toMatchObject({ refunds: 1, refundedMinor: 99_00 });
    });
  });

  describe('expiry', () => {
    const expireIn = (interval: string) =>
      ledger.sql(`UPDATE lots SET expires_at = date_trunc('milliseconds', clock_timestamp()) + $1::interval`, [
        interval,
      ]);

    it('shows at once in every read and in redemptions, before it is in the books', async () => {
      await ledger.deliver(aPurchaseCreated({ totalMinor: 20_00 }));
      await expireIn('-1 ms');

      expect(await balanceOf()).toMatchObject({ active: 0, expired: 20 });
      expect((await ledger.http('GET', '/summary')).body).toMatchObject({ points: { active: 0, expired: 20 } });
      expect(await redeem(1)).toMatchObject({ status: 409, body: { code: 'insufficient-points' } });
      expect(await movements()).toEqual([['earned', 20]]);
    });

    it('is posted by itself when its time has come', async () => {
      await ledger.deliver(aPurchaseCreated({ purchaseId: 'p1', totalMinor: 20_00 }));
      await expireIn('-1 ms');
      await ledger.sql('UPDATE subjects SET due_at = clock_timestamp()');

      await until(async () => (await movements()).length === 2);
      expect((await ledger.published('points.changed'))[1]?.data).toMatchObject({
        reason: 'expired',
        amount: -20,
        purchaseId: 'p1',
        balances: [{ active: 0, expired: 20 }],
      });
      expect((await ledger.http('GET', '/books')).body).toMatchObject({ balanced: true });
    });

    it('is looked for at the earliest lot that still has points', async () => {
      await ledger.deliver(
        aPurchaseCreated({ totalMinor: 20_00, purchasedAt: '2026-03-01T10:00:00Z' }),
        aPurchaseCreated({ totalMinor: 20_00, purchasedAt: '2026-02-01T10:00:00Z' }),
      );
      const due = async () => (await ledger.sql(`SELECT due_at FROM subjects WHERE subject = 'm1'`))[0]?.['due_at'];

      expect(await due()).toEqual(new Date('2028-02-01T10:00:00.000Z'));
      expect(await balanceOf()).toMatchObject({ nextExpiry: { expiresAt: '2028-02-01T10:00:00.000Z', points: 20 } });
    });
  });

  describe('the program', () => {
    it('that comes late makes everybody settle', async () => {
      await ledger.sql('TRUNCATE programs');
      await ledger.sql('UPDATE service_state SET basis = basis + 1');
      await ledger.deliver(aPurchaseCreated({ totalMinor: 20_00 }));
      expect((await ledger.http('GET', '/progress')).body).toMatchObject({
        parked: [{ waitsFor: 'program', count: 1 }],
      });

      await ledger.deliver(aProgramPublished());

      await until(async () => (await movements()).length === 1);
      expect(await balanceOf()).toMatchObject({ active: 20 });
      expect((await ledger.http('GET', '/progress')).body).toMatchObject({ parked: [] });
    });

    it('goes by the version in force when the purchase was made, also where that becomes known later', async () => {
      await ledger.deliver(
        aPurchaseCreated({ purchaseId: 'before', totalMinor: 20_00, purchasedAt: '2026-02-28T23:59:59.999Z' }),
        aPurchaseCreated({ purchaseId: 'after', totalMinor: 20_00, purchasedAt: '2026-03-01T00:00:00.000Z' }),
        aProgramPublished({ version: 2, inForceFrom: '2026-03-01T00:00:00.000Z', rate: 300, lotMonths: 12 }),
      );

      await until(async () => (await movements()).length === 3);
      expect((await ledger.published('points.changed'))[2]?.data).toMatchObject({
        reason: 'corrected',
        amount: 40,
        purchaseId: 'after',
      });
      expect(await ledger.sql('SELECT purchase_id, expires_at FROM lots ORDER BY purchase_id')).toEqual([
        { purchase_id: 'after', expires_at: new Date('2027-03-01T00:00:00.000Z') },
        { purchase_id: 'before', expires_at: new Date('2028-02-28T23:59:59.999Z') },
      ]);
    });

    it('refuses another version of a number already taken', async () => {
      await ledger.deliver(aProgramPublished({ rate: 500 }), aPurchaseCreated({ totalMinor: 20_00 }));

      expect(await balanceOf()).toMatchObject({ active: 20 });
      expect((await ledger.http('GET', '/progress')).body).toMatchObject({ deadLetters: 1 });
    });
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come to hold within 5 s');
}
