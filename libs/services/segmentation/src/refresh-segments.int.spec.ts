import {
  aMemberRegistered,
  aProgramPublished,
  aPurchaseCreated,
  aPurchaseRefunded,
  testService,
} from '@tessera/testing';
import { segmentation } from './index.js';
import { ago, segmentEvents, segmentsOf, settled, summaryOf } from './segmentation.features.js';

const EMPTY = { 'active-90': 0, 'big-180': 0, lapsing: 0, 'new-buyers': 0 };

describe('segments of members', () => {
  const service = testService(segmentation);

  it('are entered on the purchase, once, however often it is delivered, with one event a member', async () => {
    const purchase = aPurchaseCreated({ purchaseId: 'big', purchasedAt: ago(10), totalMinor: 100_000 });

    await service.deliver(purchase, purchase);
    await service.deliver(purchase);

    const enteredAt = purchase.data.purchasedAt;
    const cause = { kind: 'purchase', purchaseId: 'big', backfill: false };
    const entered = ['active-90', 'big-180', 'new-buyers'].map((segment) => ({ segment, version: 1, enteredAt }));
    expect(await segmentEvents(service)).toEqual([
      {
        memberId: 'm1',
        epoch: expect.any(Number),
        sequence: 1,
        segments: entered.map((entry) => ({ ...entry, backfill: false })),
        entered: entered.map((entry) => ({ ...entry, cause })),
        left: [],
        changedAt: expect.any(String),
      },
    ]);
    expect(await summaryOf(service)).toEqual({ ...EMPTY, 'active-90': 1, 'big-180': 1, 'new-buyers': 1 });
  });

  it('say nothing of a batch that changes nothing', async () => {
    await service.deliver(aPurchaseCreated({ purchasedAt: ago(10) }), aPurchaseCreated({ purchasedAt: ago(20) }));
    const before = await segmentEvents(service);

    await service.deliver(aPurchaseCreated({ purchasedAt: ago(15) }));

    expect(before).toHaveLength(1);
    expect(await segmentEvents(service)).toHaveLength(1);
  });

  describe('of whom history is loaded', () => {
    const history = (days: number) =>
      aPurchaseCreated({ memberId: 'h', purchasedAt: ago(days), totalMinor: 60_000, backfill: true });
    const marks = async (): Promise<Readonly<Record<string, boolean | undefined>>> =>
      Object.fromEntries(
        ((await segmentEvents(service, 'h')).at(-1)?.segments ?? []).map(({ segment, backfill }) => [
          segment,
          backfill,
        ]),
      );

    it.each([
      ['registered before', [0, 1, 2]],
      ['registered in between', [1, 0, 2]],
      ['registered after', [1, 2, 0]],
      ['loaded the other way round', [2, 0, 1]],
    ])(
      'are marked as entered by it (%s), and a purchase later in the same stay does not take that back',
      async (_, order) => {
        const events = [aMemberRegistered({ memberId: 'h' }), history(20), history(10)];
        for (const n of order) await service.deliver(...events.slice(n, n + 1));
        expect(await marks()).toEqual({ 'active-90': true, 'big-180': true });

        await service.deliver(aPurchaseCreated({ memberId: 'h', purchasedAt: ago(0), totalMinor: 200_000 }));
        expect(await marks()).toEqual({ 'active-90': true, 'big-180': true });
      },
    );

    it('enter unmarked what a purchase brings on top of it', async () => {
      await service.deliver(aMemberRegistered({ memberId: 'h' }), history(20));
      expect(await marks()).toEqual({ 'active-90': true, 'new-buyers': true });

      const purchase = aPurchaseCreated({ memberId: 'h', purchasedAt: ago(0, 400), totalMinor: 60_000 });
      await service.deliver(purchase);
      await new Promise((resolve) => setTimeout(resolve, Date.parse(purchase.data.purchasedAt) - Date.now() + 2));
      await settled(service);
      expect(await marks()).toEqual({ 'active-90': true, 'big-180': false });
    });
  });

  it('are left on the refund, which carries its mark of backfill', async () => {
    const purchase = aPurchaseCreated({ purchaseId: 'p', purchasedAt: ago(10), totalMinor: 100_000 });
    const refund = { refundId: 'r', purchaseId: 'p', refundedAt: ago(5), amountMinor: 1, backfill: true };
    await service.deliver(purchase, aPurchaseRefunded(refund));

    expect((await segmentEvents(service)).at(-1)).toMatchObject({
      sequence: 2,
      entered: [],
      left: [
        { segment: 'big-180', leftAt: refund.refundedAt, cause: { kind: 'refund', refundId: 'r', backfill: true } },
      ],
    });
    expect(await segmentsOf(service, 'm1')).toEqual(['active-90', 'new-buyers']);
  });

  it('take a refund that comes before its purchase', async () => {
    await service.deliver(aPurchaseRefunded({ purchaseId: 'p', refundedAt: ago(5) }));
    await service.deliver(aPurchaseCreated({ purchaseId: 'p', purchasedAt: ago(10) }));

    expect(await segmentEvents(service)).toEqual([]);
    expect(await segmentsOf(service, 'm1')).toEqual([]);
  });

  it('are left when the window moves on, at that instant and without an event; a read has applied it at once', async () => {
    const purchase = aPurchaseCreated({ purchasedAt: ago(90, 1_200) });
    await service.deliver(purchase);
    expect(await segmentsOf(service, 'm1')).toEqual(['active-90']);

    const exit = Date.parse(purchase.data.purchasedAt) + 90 * 86_400_000;
    await new Promise((resolve) => setTimeout(resolve, exit - Date.now() + 2));

    expect(await segmentsOf(service, 'm1')).toEqual([]);
    expect(await service.http('GET', '/segments/active-90/members')).toMatchObject({ body: { items: [] } });
    await settled(service);
    expect((await segmentEvents(service)).at(-1)).toMatchObject({
      segments: [],
      left: [{ segment: 'active-90', leftAt: new Date(exit).toISOString(), cause: { kind: 'window' } }],
    });
  });

  it('are entered by what is dated ahead at its own time', async () => {
    const purchase = aPurchaseCreated({ purchaseId: 'ahead', purchasedAt: ago(0, 1_000) });
    await service.deliver(purchase);
    expect(await segmentEvents(service)).toEqual([]);

    await new Promise((resolve) => setTimeout(resolve, Date.parse(purchase.data.purchasedAt) - Date.now() + 2));

    expect(await summaryOf(service)).toEqual({ ...EMPTY, 'active-90': 1, 'new-buyers': 1 });
    expect(await segmentsOf(service, 'm1')).toEqual(['active-90', 'new-buyers']);
    await settled(service);
    expect((await segmentEvents(service))[0]?.entered[0]).toMatchObject({
      enteredAt: purchase.data.purchasedAt,
      cause: { kind: 'purchase', purchaseId: 'ahead' },
    });
  });

  it('are for registered members only, who then enter dated at their latest purchase', async () => {
    const latest = ago(5);
    await service.deliver(
      aPurchaseCreated({ memberId: 'stranger', purchasedAt: ago(70), totalMinor: 100_000 }),
      aPurchaseCreated({ memberId: 'stranger', purchasedAt: latest }),
    );
    expect(await segmentEvents(service)).toEqual([]);
    expect(await summaryOf(service)).toEqual(EMPTY);
    expect(await service.http('GET', '/members/stranger/segments')).toMatchObject({ status: 404 });

    await service.deliver(aMemberRegistered({ memberId: 'stranger' }));
    await service.deliver(aMemberRegistered({ memberId: 'stranger' }));

    const cause = { kind: 'registration' };
    expect(await segmentEvents(service)).toMatchObject([
      {
        memberId: 'stranger',
        entered: [
          { segment: 'active-90', enteredAt: latest, cause },
          { segment: 'big-180', enteredAt: latest, cause },
        ],
      },
    ]);
  });

  it('have a window, a count and a sum end where the rules say', async () => {
    await service.deliver(
      aPurchaseCreated({ memberId: 'm1', purchasedAt: ago(89), totalMinor: 99_999 }),
      aPurchaseCreated({ memberId: 'm1', purchasedAt: ago(181), totalMinor: 99_999 }),
      aPurchaseCreated({ memberId: 'm2', purchasedAt: ago(59), totalMinor: 0 }),
      aPurchaseCreated({ memberId: 'm2', purchasedAt: ago(200), totalMinor: 1 }),
      aPurchaseCreated({ memberId: 'm2', purchasedAt: ago(300), totalMinor: 1 }),
      aPurchaseCreated({ memberId: 'm3', purchasedAt: ago(29), totalMinor: 1 }),
    );

    expect(await segmentsOf(service, 'm1')).toEqual(['active-90', 'lapsing']);
    expect(await segmentsOf(service, 'm2')).toEqual(['lapsing']);
    expect(await segmentsOf(service, 'm3')).toEqual(['active-90', 'new-buyers']);
  });

  it('wait for a purchase whose currency is not the program’s', async () => {
    await service.deliver(aPurchaseCreated({ purchasedAt: ago(1), currency: 'USD' }));

    expect(await segmentsOf(service, 'm1')).toEqual([]);
    const { body } = await service.http('GET', '/progress');
    expect(body).toMatchObject({ parked: [{ waitsFor: 'rate', count: 1 }] });
  });

  it('keep the first of two programs under one version', async () => {
    await service.deliver(aProgramPublished(), aProgramPublished({ currency: 'USD' }));

    const letters = await service.sql<{ code: string }>('SELECT code FROM dead_letters');
    expect(letters).toEqual([{ code: 'conflict' }]);
  });
});

describe('segments before there is a program', () => {
  const service = testService(segmentation, {
    prepare: (it) => it.deliver(aMemberRegistered()),
  });

  it('hold nobody; when it comes, purchases count as if it had always been there', async () => {
    const purchasedAt = ago(1);
    await service.deliver(aPurchaseCreated({ purchaseId: 'p', purchasedAt }));
    expect(await segmentsOf(service, 'm1')).toEqual([]);
    expect((await service.http('GET', '/progress')).body).toMatchObject({
      parked: [{ waitsFor: 'program', count: 1 }],
    });

    await service.deliver(aProgramPublished());
    await settled(service);

    expect(await segmentsOf(service, 'm1')).toEqual(['active-90', 'new-buyers']);
    expect((await segmentEvents(service))[0]?.entered[0]).toMatchObject({
      enteredAt: purchasedAt,
      cause: { kind: 'purchase', purchaseId: 'p' },
    });
  });
});
