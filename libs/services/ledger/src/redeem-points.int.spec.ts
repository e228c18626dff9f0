import { randomUUID } from 'node:crypto';
import { aPurchaseCreated, aPurchaseRefunded, testService } from '@tessera/testing';
import { ledger as definition } from './index.js';

describe('redemptions', () => {
  const ledger = testService(definition);
  const balanceOf = async () => (await ledger.http('GET', '/members/m1/balance')).body;
  const redeem = (body: object, key: string = randomUUID()) =>
    ledger.http('POST', '/members/m1/redemptions', { body, headers: { 'idempotency-key': key } });
  const giveBack = (redemptionId: string, memberId = 'm1') =>
    ledger.http('POST', `/members/${memberId}/redemptions/${redemptionId}/return`);
  const booksBalanced = async () => ((await ledger.http('GET', '/books')).body as { balanced: boolean }).balanced;

  it('spend points, first those that expire first, and say so', async () => {
    await ledger.deliver(
      aPurchaseCreated({ purchaseId: 'late', totalMinor: 20_00, purchasedAt: '2026-03-01T10:00:00Z' }),
      aPurchaseCreated({ purchaseId: 'early', totalMinor: 10_00, purchasedAt: '2026-02-01T10:00:00Z' }),
    );

    const answer = await redeem({ points: 15, reference: 'order 7' });

    expect(answer).toMatchObject({ status: 201, body: { points: 15, pointsLeft: 15, reference: 'order 7' } });
    expect(await balanceOf()).toMatchObject({ active: 15, spent: 15 });
    expect(await ledger.sql('SELECT purchase_id, active FROM lots ORDER BY purchase_id')).toEqual([
      { purchase_id: 'early', active: 0 },
      { purchase_id: 'late', active: 15 },
    ]);
    expect((await ledger.published('points.changed')).at(-1)?.data).toMatchObject({ reason: 'spent', amount: -15 });
  });

  it('happen once a key: a repeat gets the first answer, another body is refused', async () => {
    await ledger.deliver(aPurchaseCreated({ totalMinor: 20_00 }));

    const first = await redeem({ points: 5 }, 'key');
    const repeat = await redeem({ points: 5 }, 'key');

    expect(repeat.body).toEqual(first.body);
    expect(await redeem({ points: 6 }, 'key')).toMatchObject({ status: 409, body: { code: 'idempotency-key-reused' } });
    expect(await balanceOf()).toMatchObject({ active: 15, spent: 5 });
  });

  it('of more than there is are refused, saying what is there, and leave nothing behind', async () => {
    await ledger.deliver(aPurchaseCreated({ totalMinor: 20_00 }));

    expect(await redeem({ points: 21 }, 'key')).toMatchObject({
      status: 409,
      body: { code: 'insufficient-points', detail: '21 points were asked for, 20 are available' },
    });
    expect(await redeem({ points: 20 }, 'key')).toMatchObject({ status: 201 });
  });

  it('never overspend, however many come at once', async () => {
    await ledger.deliver(aPurchaseCreated({ totalMinor: 70_00 }), aPurchaseCreated({ totalMinor: 35_00 }));

    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem({ points: 10 })));

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(10);
    expect(await balanceOf()).toMatchObject({ active: 5, spent: 100 });
    expect(await booksBalanced()).toBe(true);
  });

  it('happen once, however many repeats of a key come at once', async () => {
    await ledger.deliver(aPurchaseCreated({ totalMinor: 70_00 }));

    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem({ points: 10 }, 'one key')));

    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await balanceOf()).toMatchObject({ spent: 10 });
  });

  it('mix with purchases and refunds that arrive at the same time', async () => {
    await ledger.deliver(aPurchaseCreated({ purchaseId: 'p0', totalMinor: 50_00 }));

    await Promise.all([
      ...Array.from({ length: 10 }, () => redeem({ points: 5 })),
      ledger.deliver(...Array.from({ length: 10 }, () => aPurchaseCreated({ totalMinor: 1_00 }))),
    ]);
    await ledger.deliver(aPurchaseRefunded({ purchaseId: 'p0' }));

    const [wallet] = await ledger.sql('SELECT spent, arrears, active FROM wallets');
    expect(wallet).toEqual({ spent: 50, arrears: 40, active: 0 });
    expect(await booksBalanced()).toBe(true);
  });

  describe('that are returned', () => {
    it('give the points back to their lots once, and answer the same when asked again', async () => {
      await ledger.deliver(aPurchaseCreated({ totalMinor: 20_00 }));
      const { redemptionId } = (await redeem({ points: 15 })).body as { redemptionId: string };

      const [first, second] = await Promise.all([giveBack(redemptionId), giveBack(redemptionId)]);
      const third = await giveBack(redemptionId);

      expect(first).toMatchObject({ status: 200, body: { redemptionId, points: 15, state: 'returned' } });
      expect([second.body, third.body]).toEqual([first.body, first.body]);
      expect(await balanceOf()).toMatchObject({ active: 20, spent: 0 });
      expect((await ledger.published('points.changed')).map(({ data }) => data['reason'])).toEqual([
        'earned',
        'spent',
        'returned',
      ]);
      expect(await booksBalanced()).toBe(true);
    });

    it('repay arrears first, and are looked at again when their lots expire', async () => {
      await ledger.deliver(aPurchaseCreated({ purchaseId: 'p1', totalMinor: 20_00 }));
      const { redemptionId } = (await redeem({ points: 20 })).body as { redemptionId: string };
      await ledger.deliver(aPurchaseRefunded({ purchaseId: 'p1', amountMinor: 5_00 }));

      await giveBack(redemptionId);

      expect(await balanceOf()).toMatchObject({ active: 15, spent: 0, arrears: 0 });
      expect(await ledger.sql(`SELECT due_at FROM subjects WHERE subject = 'm1'`)).toEqual([
        { due_at: new Date('2028-03-01T10:00:00.000Z') },
      ]);
    });

    it('must be those of that member', async () => {
      await ledger.deliver(aPurchaseCreated({ totalMinor: 20_00 }));
      const { redemptionId } = (await redeem({ points: 15 })).body as { redemptionId: string };

      expect(await giveBack(redemptionId, 'm2')).toMatchObject({ status: 404, body: { code: 'unknown-redemption' } });
      expect(await giveBack(randomUUID())).toMatchObject({ status: 404, body: { code: 'unknown-redemption' } });
      expect(await giveBack(redemptionId, 'nobody')).toMatchObject({ status: 404, body: { code: 'member-unknown' } });
    });
  });
});
