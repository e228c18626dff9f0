import type { TierChanged } from '@tessera/contracts';
import {
  aProgramPublished,
  aPurchaseCreated,
  aPurchaseRefunded,
  testService,
  type TestService,
} from '@tessera/testing';
import { membership } from './index.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

const publishProgram = async (service: TestService): Promise<void> => {
  const { status } = await service.http('POST', '/programs', { body: aProgramPublished().data });
  expect(status).toBe(201);
};

describe('tiers', () => {
  const service = testService(membership, {
    prepare: async (it) => {
      await publishProgram(it);
      for (const memberId of ['m1', 'm2']) await it.http('POST', '/members', { body: { memberId } });
    },
  });
  const ago = (days: number, ms = 0): string => new Date(Date.now() - days * DAY_MS + ms).toISOString();
  const told = async (): Promise<readonly TierChanged[]> =>
    (await service.published('tier.changed')).map(({ data }) => data as TierChanged);
  const read = async (path: string): Promise<unknown> => (await service.http('GET', path)).body;

  it('rise with a purchase and fall with a refund; each time the whole history is told, once', async () => {
    const purchase = aPurchaseCreated({ totalMinor: 500_00, purchasedAt: ago(10) });
    const refund = aPurchaseRefunded({ purchaseId: purchase.data.purchaseId, refundedAt: ago(5), amountMinor: 1 });

    await service.deliver(purchase, purchase);
    await service.deliver(refund, refund, purchase);

    const rise = { effectiveAt: purchase.data.purchasedAt, afterPurchaseId: purchase.data.purchaseId, tier: 'silver' };
    expect(await told()).toMatchObject([
      { memberId: 'm1', sequence: 2, tier: 'silver', direction: 'up', history: [rise] },
      {
        memberId: 'm1',
        sequence: 3,
        tier: 'basic',
        direction: 'down',
        history: [rise, { effectiveAt: refund.data.refundedAt, afterPurchaseId: null, tier: 'basic' }],
      },
    ]);
    expect(await service.sql('SELECT count(*)::int AS n FROM dead_letters')).toEqual([{ n: 0 }]);
  });

  it('are told at most once a member and batch, and not at all where nothing changes', async () => {
    const small = [1, 2, 3].map((n) => aPurchaseCreated({ totalMinor: 100_00, purchasedAt: ago(n) }));
    await service.deliver(...small);
    expect(await told()).toEqual([]);

    await service.deliver(
      aPurchaseCreated({ totalMinor: 200_00, purchasedAt: ago(9) }),
      aPurchaseCreated({ totalMinor: 2_000_00, purchasedAt: ago(8) }),
      aPurchaseCreated({ memberId: 'm2', totalMinor: 2_000_00, purchasedAt: ago(8) }),
    );
    expect((await told()).map(({ memberId, tier, direction }) => [memberId, tier, direction])).toEqual([
      ['m1', 'gold', 'up'],
      ['m2', 'gold', 'up'],
    ]);
  });

  it('of the past alone are rewritten: a late purchase that has left its window by now', async () => {
    await service.deliver(aPurchaseCreated({ totalMinor: 600_00, purchasedAt: ago(400) }));

    const [rewritten, ...more] = await told();
    expect(more).toEqual([]);
    expect(rewritten).toMatchObject({ tier: 'basic', direction: 'rewritten' });
    expect(rewritten?.history.map(({ tier }) => tier)).toEqual(['silver', 'basic']);
  });

  it('do not depend on the order of arrival', async () => {
    const purchases = [300, 200, 100].map((days) => aPurchaseCreated({ totalMinor: 300_00, purchasedAt: ago(days) }));
    const refund = aPurchaseRefunded({ purchaseId: purchases[1]?.data.purchaseId ?? '', refundedAt: ago(50) });
    await service.deliver(...purchases, refund);
    const [inTime] = (await told()).slice(-1);

    const others = [refund, ...purchases]
      .reverse()
      .map((event) => ({ ...event, data: { ...event.data, memberId: 'm2' } }));
    for (const event of [...others.slice(3), ...others.slice(0, 3)]) await service.deliver(event);
    const [anyhow] = (await told()).slice(-1);

    expect(anyhow?.memberId).toBe('m2');
    expect(anyhow?.history).toEqual(inTime?.history);
  });

  it('fall without an event when a purchase leaves its window, and reads are ahead of the background', async () => {
    const purchase = aPurchaseCreated({ totalMinor: 500_00, purchasedAt: ago(365, 2_000) });
    await service.deliver(purchase);
    expect(await read('/members/m1/tier')).toMatchObject({
      tier: 'silver',
      changesAt: ago2(purchase.data.purchasedAt),
    });

    for (let turn = 0; turn < 100 && (await told()).length < 2; turn += 1) await pause(50);

    expect((await told())[1]).toMatchObject({ tier: 'basic', direction: 'down' });
    expect((await told())[1]?.history[1]).toEqual({
      effectiveAt: ago2(purchase.data.purchasedAt),
      afterPurchaseId: null,
      tier: 'basic',
    });
  });

  it('overdue are derived by every read, though the stored one is older', async () => {
    await service.deliver(aPurchaseCreated({ totalMinor: 500_00, purchasedAt: ago(10) }));
    // What the tables would hold had the background not come by for a year: the facts moved into the past, nothing else.
    await service.sql(`UPDATE purchases SET purchased_at = purchased_at - interval '370 days'`);
    await service.sql(`UPDATE tier_histories SET due_at = now() - interval '1 day' WHERE member_id = 'm1'`);

    expect(await read('/summary')).toEqual({ members: 2, tiers: { basic: 2, silver: 0, gold: 0 } });
    expect(await read('/members?tier=silver')).toMatchObject({ items: [] });
    expect(await read('/members?tier=basic')).toMatchObject({ items: [{ memberId: 'm1' }, { memberId: 'm2' }] });
    expect(await read('/members/m1')).toMatchObject({ tier: 'basic' });
    expect(await read('/members/m1/tier')).toMatchObject({ tier: 'basic', spendMinor: 0, changesAt: null });
    expect(await service.sql('SELECT tier FROM tier_histories ORDER BY 1 DESC LIMIT 1')).toEqual([{ tier: 'silver' }]);
  });

  it('count a purchase dated ahead from its own instant on', async () => {
    await service.deliver(aPurchaseCreated({ totalMinor: 500_00, purchasedAt: ago(0, 3_600_000) }));

    expect(await told()).toEqual([]);
    expect(await read('/members/m1/tier')).toMatchObject({ tier: 'basic', spendMinor: 0 });
    expect(await service.sql('SELECT due_at FROM subjects WHERE due_at IS NOT NULL')).toHaveLength(1);
  });

  it('wait for the registration; from then on all that was bought counts, whenever dated', async () => {
    await service.deliver(aPurchaseCreated({ memberId: 'new', totalMinor: 500_00, purchasedAt: ago(10) }));
    expect(await told()).toEqual([]);
    expect(await read('/admin/parked')).toMatchObject({ items: [{ memberId: 'new', waitsFor: 'registration' }] });
    expect((await service.http('GET', '/members/new/tier')).status).toBe(404);

    await service.http('POST', '/members', { body: { memberId: 'new' } });

    expect(await told()).toMatchObject([{ memberId: 'new', sequence: 2, tier: 'silver', direction: 'up' }]);
    expect((await service.published('member.registered')).map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ memberId: 'new', sequence: 1 }),
    );
    expect(await read('/admin/parked')).toMatchObject({ items: [] });
  });

  it('leave out what is in another currency: it waits for a rate', async () => {
    await service.deliver(aPurchaseCreated({ totalMinor: 500_00, currency: 'JPY', purchasedAt: ago(10) }));

    expect(await told()).toEqual([]);
    expect(await read('/admin/parked')).toMatchObject({ items: [{ waitsFor: 'rate' }] });
  });

  it('show benefits and what is missing to the next one', async () => {
    await service.deliver(aPurchaseCreated({ totalMinor: 600_00, purchasedAt: ago(10) }));

    expect(await read('/members/m1/tier')).toMatchObject({
      memberId: 'm1',
      tier: 'silver',
      multiplier: 200,
      priceFactor: 95,
      currency: 'EUR',
      spendMinor: 600_00,
      windowDays: 365,
      nextTier: { tier: 'gold', fromMinor: 2_000_00, missingMinor: 1_400_00 },
    });
    await service.deliver(aPurchaseCreated({ totalMinor: 1_400_00, purchasedAt: ago(9) }));
    expect(await read('/members/m1/tier')).toMatchObject({ tier: 'gold', nextTier: null });
  });

  it('send conflicting purchases to the dead letters, and go on with the rest', async () => {
    const purchase = aPurchaseCreated({ totalMinor: 500_00, purchasedAt: ago(10) });
    const other = { ...purchase, data: { ...purchase.data, totalMinor: 1 } };
    await service.deliver(
      purchase,
      other,
      aPurchaseCreated({ memberId: 'm2', totalMinor: 500_00, purchasedAt: ago(3) }),
    );

    expect(await service.sql('SELECT code FROM dead_letters')).toEqual([{ code: 'conflict' }]);
    expect((await told()).map(({ memberId }) => memberId)).toEqual(['m1', 'm2']);
  });

  it('follow a new version of the program, for all members, in the background', async () => {
    await service.deliver(
      aPurchaseCreated({ totalMinor: 500_00, purchasedAt: ago(10) }),
      aPurchaseCreated({ memberId: 'm2', totalMinor: 100_00, purchasedAt: ago(10) }),
    );
    const inForceFrom = ago(5);
    const tiers = aProgramPublished().data.tiers.map((one) =>
      one.tier === 'silver' ? { ...one, fromMinor: 100_00 } : one,
    );
    const { version: _, ...draft } = aProgramPublished({ inForceFrom, tiers, currency: 'EUR' }).data;
    expect((await service.http('POST', '/programs', { body: draft })).status).toBe(201);

    for (let turn = 0; turn < 100 && (await told()).length < 2; turn += 1) await pause(50);

    expect((await told())[1]).toMatchObject({
      memberId: 'm2',
      direction: 'up',
      history: [{ effectiveAt: inForceFrom, afterPurchaseId: null, tier: 'silver' }],
    });
    expect(await read('/summary')).toEqual({ members: 2, tiers: { basic: 0, silver: 2, gold: 0 } });
  });

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const ago2 = (purchasedAt: string): string => new Date(Date.parse(purchasedAt) + 365 * DAY_MS).toISOString();
});

describe('before there is a program', () => {
  const service = testService(membership, { prepare: async () => undefined });

  it('members have no tier, and their purchases wait; its publication releases them', async () => {
    await service.http('POST', '/members', { body: { memberId: 'm1' } });
    await service.deliver(aPurchaseCreated({ totalMinor: 500_00, purchasedAt: '2020-01-01T00:00:00.000Z' }));

    expect((await service.http('GET', '/summary')).body).toEqual({ members: 1, tiers: {} });
    expect((await service.http('GET', '/members/m1')).body).toMatchObject({ memberId: 'm1', tier: null });
    expect((await service.http('GET', '/members/m1/tier')).status).toBe(404);
    expect((await service.http('GET', '/programs/current')).status).toBe(404);
    expect((await service.http('GET', '/admin/parked')).body).toMatchObject({ items: [{ waitsFor: 'program' }] });
    expect(await service.published('tier.changed')).toEqual([]);

    await publishProgram(service);
    for (let turn = 0; turn < 100 && (await service.published('tier.changed')).length === 0; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }

    expect(await service.published('tier.changed')).toMatchObject([
      { data: { tier: 'basic', direction: 'rewritten' } },
    ]);
    expect((await service.http('GET', '/summary')).body).toEqual({
      members: 1,
      tiers: { basic: 1, silver: 0, gold: 0 },
    });
  });
});
