import { aPurchaseCreated, aPurchaseRefunded, testService } from '@tessera/testing';
import { ledger as definition } from './index.js';

describe('earning points', () => {
  const ledger = testService(definition);
  const movements = async () =>
    (await ledger.published('points.changed')).map(({ data }) => [data['reason'], data['amount']]);
  const dueAt = async () =>
    (await ledger.sql<{ due_at: Date }>(`SELECT due_at FROM subjects WHERE subject = 'm1'`))[0]?.due_at;
  const buy = (purchaseId: string, totalMinor: number, some = {}) =>
    ledger.deliver(aPurchaseCreated({ purchaseId, totalMinor, ...some }));
  /** So that whoever looks at it again posts a correction. */
  const forgeTotalOf = (purchaseId: string) =>
    ledger.sql('UPDATE purchases SET total_minor = 3000 WHERE purchase_id = $1', [purchaseId]);

  it('looks at nothing but the new purchases of a member who is settled', async () => {
    await buy('p1', 10_00);
    await forgeTotalOf('p1');

    await buy('p2', 20_00);

    expect(await movements()).toEqual([
      ['earned', 10],
      ['earned', 20],
    ]);
    expect((await ledger.http('GET', '/books')).body).toMatchObject({ balanced: true });
  });

  it('moves the due instant forward to the lot that expires first, and never back', async () => {
    await buy('p1', 10_00, { purchasedAt: '2026-03-01T10:00:00Z' });
    const first = await dueAt();
    await buy('p2', 10_00, { purchasedAt: '2026-03-05T10:00:00Z' });
    expect(await dueAt()).toEqual(first);

    await buy('p3', 10_00, { purchasedAt: '2026-02-01T10:00:00Z' });

    expect(await dueAt()).toEqual(new Date('2028-02-01T10:00:00Z'));
  });

  it('counts the refunds that had waited, repays arrears, and takes several purchases of one batch in their order', async () => {
    await buy('p1', 20_00);
    await ledger.http('POST', '/members/m1/redemptions', { body: { points: 20 }, headers: { 'idempotency-key': 'k' } });
    await ledger.deliver(
      aPurchaseRefunded({ purchaseId: 'p1', refundId: 'r1' }),
      aPurchaseRefunded({ purchaseId: 'p2', refundId: 'r2', amountMinor: 5_00 }),
      aPurchaseCreated({ purchaseId: 'p3', totalMinor: 30_00, purchasedAt: '2026-03-04T10:00:00Z' }),
      aPurchaseCreated({ purchaseId: 'p2', totalMinor: 10_00, purchasedAt: '2026-03-03T10:00:00Z' }),
    );

    expect((await movements()).slice(-2)).toEqual([
      ['earned', 5],
      ['earned', 30],
    ]);
    expect((await ledger.http('GET', '/members/m1/balance')).body).toMatchObject({ active: 15, arrears: 0, spent: 20 });
    expect((await ledger.http('GET', '/books')).body).toMatchObject({ balanced: true });
  });
});
