import {
  aMemberErased,
  aMemberRegistered,
  aProgramPublished,
  aPurchaseCreated,
  aPurchaseRefunded,
  aTierChanged,
  type BuiltEvent,
  erasureAnywhere,
  testService,
} from '@tessera/testing';
import { ledger as definition } from './index.js';

const PURCHASED = '2026-03-02T10:00:00.000Z';
const nothing = { pending: 0, active: 0, held: 0, spent: 0, expired: 0, arrears: 0 };

describe('erasing a member', () => {
  const ledger = testService(definition);
  const erased = () => aMemberErased({ memberId: 'm1', erasedAt: '2026-04-01T10:00:00.000Z' });
  const bought = (purchaseId: string, totalMinor = 20_00) => aPurchaseCreated({ purchaseId, totalMinor });
  const redeem = (points: number, key = `k${points}`) =>
    ledger.http('POST', '/members/m1/redemptions', {
      body: { points, reference: 'a mug for Anna' },
      headers: { 'idempotency-key': key },
    });
  const told = async () => (await ledger.published('points.changed')).map(({ data }) => data);
  const summary = async () => (await ledger.http('GET', '/summary')).body as { points: Record<string, number> };
  const expectBalanced = async () =>
    expect((await ledger.http('GET', '/books')).body).toMatchObject({ balanced: true });

  it('takes back what is left, by one movement that is announced to nobody, and keeps what was spent', async () => {
    await ledger.deliver(bought('p1'), bought('p2', 30_00), aPurchaseCreated({ memberId: 'm2', totalMinor: 7_00 }));
    await redeem(15);
    await ledger.deliver(erased(), erased());

    expect((await told()).slice(-1)).toMatchObject([
      {
        memberId: 'm1',
        sequence: 4,
        reason: 'corrected',
        amount: -35,
        occurredAt: '2026-04-01T10:00:00.000Z',
        balances: [{ ...nothing, spent: 15 }],
      },
    ]);
    expect((await told()).filter(({ memberId }) => memberId === 'm1')).toHaveLength(4);
    expect(await summary()).toEqual({
      points: { ...nothing, active: 7, spent: 15 },
      purchases: 1,
      refunds: 0,
      refundedMinor: 0,
    });
    await expectBalanced();
  });

  it('waives what is owed', async () => {
    await ledger.deliver(bought('p1'));
    await redeem(15);
    await ledger.deliver(aPurchaseRefunded({ purchaseId: 'p1' }), erased());

    expect((await told()).at(-1)).toMatchObject({
      reason: 'corrected',
      amount: 15,
      balances: [{ ...nothing, spent: 15 }],
    });
    await expectBalanced();
  });

  it('takes back what lapsed, in the books or not yet', async () => {
    await ledger.deliver(bought('p1'));
    await ledger.sql(`UPDATE lots SET expires_at = clock_timestamp() - interval '1 day'`);
    await ledger.deliver(erased());

    expect((await told()).at(-1)).toMatchObject({ amount: -20, balances: [nothing] });
    await expectBalanced();
  });

  it('answers 410 wherever the member is named, and gives nothing back', async () => {
    await ledger.deliver(bought('p1'));
    const { redemptionId } = (await redeem(5)).body as { redemptionId: string };
    await ledger.deliver(erased());
    const before = await told();

    const gone = { status: 410, body: { code: 'member-erased' } };
    const basket = { totalMinor: 10_00, currency: 'EUR' };
    expect(await ledger.http('GET', '/members/m1/balance')).toMatchObject(gone);
    expect(await ledger.http('GET', '/members/m1/statement')).toMatchObject(gone);
    expect(await ledger.http('POST', '/members/m1/quote', { body: basket })).toMatchObject(gone);
    expect(await redeem(1)).toMatchObject(gone);
    expect(await redeem(5)).toMatchObject(gone);
    expect(await ledger.http('POST', `/members/m1/redemptions/${redemptionId}/return`)).toMatchObject(gone);
    expect(await ledger.http('GET', '/members/nobody/balance')).toMatchObject({ status: 404 });
    expect(await told()).toEqual(before);
  });

  it('deletes what is not books, also what comes afterwards, and parks nothing of it', async () => {
    await ledger.deliver(
      bought('p1'),
      aTierChanged({ memberId: 'm1', history: [] }),
      aPurchaseRefunded({ purchaseId: 'p1' }),
    );
    await ledger.deliver(bought('p2'));
    await redeem(5);
    await ledger.deliver(erased());
    await ledger.deliver(
      bought('p3'),
      aPurchaseCreated({ memberId: 'm1', currency: 'JPY' }),
      aPurchaseRefunded({ purchaseId: 'unknown' }),
      aPurchaseRefunded({ purchaseId: 'p3', amountMinor: 1 }),
      aTierChanged({ memberId: 'm1', history: [] }),
    );

    for (const table of ['purchases', 'refunds', 'tier_histories', 'members']) {
      expect([table, await ledger.sql(`SELECT FROM ${table} WHERE member_id = 'm1'`)]).toEqual([table, []]);
    }
    const everything = await ledger.sql<{ row: string }>(
      `SELECT r::text AS row FROM redemptions r UNION ALL SELECT i::text FROM idempotent_requests i`,
    );
    expect(everything).toHaveLength(1);
    expect(JSON.stringify(everything)).not.toContain('mug');
    expect((await ledger.http('GET', '/progress')).body).toMatchObject({ parked: [], deadLetters: 0 });
    expect((await told()).at(-1)).toMatchObject({ balances: [{ ...nothing, spent: 5 }] });
    await expectBalanced();
  });

  it('is for good: neither an older registration nor a newer one opens the wallet', async () => {
    await ledger.deliver(aMemberErased({ memberId: 'new', epoch: 1, sequence: 9 }));
    await ledger.deliver(
      aMemberRegistered({ memberId: 'new', epoch: 1, sequence: 1 }),
      aPurchaseCreated({ memberId: 'new', totalMinor: 20_00 }),
      aMemberRegistered({ memberId: 'new', epoch: 2, sequence: 1 }),
    );

    expect(await told()).toEqual([]);
    expect((await ledger.http('GET', '/members/new/balance')).status).toBe(410);
    await expectBalanced();
  });

  it('stays so when the program changes or time passes', async () => {
    await ledger.deliver(bought('p1'), erased());
    const before = await told();
    await ledger.deliver(aProgramPublished({ version: 2, inForceFrom: '2026-03-01T00:00:00.000Z', rate: 300 }));
    await ledger.sql('UPDATE subjects SET due_at = clock_timestamp()');

    for (let turn = 0; ; turn += 1) {
      if (((await ledger.http('GET', '/progress')).body as { work: number }).work === 0) break;
      if (turn === 200) throw new Error('it never settled');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(await told()).toEqual(before);
  });

  it('comes between no redemption and its points, whichever gets the member first', async () => {
    await ledger.deliver(bought('p1'));
    const answers = await Promise.all([redeem(1), redeem(2), ledger.deliver(erased()), redeem(3), redeem(4)]);

    const spent = answers.flatMap((answer) => {
      if (!answer) return [];
      expect([201, 410]).toContain(answer.status);
      return answer.status === 201 ? [(answer.body as { points: number }).points] : [];
    });
    expect(await summary()).toMatchObject({
      points: { ...nothing, spent: spent.reduce((sum, points) => sum + points, 0) },
    });
    await expectBalanced();
  });

  it('ends the same wherever it comes among the others, in one order and the other', async () => {
    const facts = (memberId: string): BuiltEvent[] => [
      aMemberRegistered({ memberId, sequence: 1 }),
      aPurchaseCreated({ memberId, purchaseId: 'p', totalMinor: 20_00, purchasedAt: PURCHASED }),
      aPurchaseRefunded({ memberId, purchaseId: 'p', amountMinor: 3_00 }),
      aTierChanged({ memberId, history: [{ tier: 'gold', effectiveAt: '2026-03-01T00:00:00Z' }] }),
    ];
    const arrivals = erasureAnywhere(facts);
    for (const { events } of arrivals) await ledger.deliver(...events);

    const all = await told();
    for (const { memberId, topics } of arrivals) {
      const last = all.findLast((one) => one['memberId'] === memberId);
      expect([topics, last?.['balances'] ?? [{ wallet: 'points', ...nothing }]]).toEqual([
        topics,
        [{ wallet: 'points', ...nothing }],
      ]);
    }
    expect(await summary()).toEqual({ points: nothing, purchases: 0, refunds: 0, refundedMinor: 0 });
    expect(await ledger.sql('SELECT FROM purchases UNION ALL SELECT FROM refunds')).toEqual([]);
    await expectBalanced();
  }, 60_000);
});
