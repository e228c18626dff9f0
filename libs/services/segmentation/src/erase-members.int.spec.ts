import {
  aMemberErased,
  aMemberRegistered,
  aProgramPublished,
  aPurchaseCreated,
  aPurchaseRefunded,
  type BuiltEvent,
  erasureAnywhere,
  testService,
} from '@tessera/testing';
import { segmentation } from './index.js';
import { ago, segmentEvents, settled, summaryOf } from './segmentation.features.js';

const EMPTY = { 'active-90': 0, 'big-180': 0, lapsing: 0, 'new-buyers': 0 };
const gone = { status: 410, body: { code: 'member-erased' } };

describe('erasing a member', () => {
  const service = testService(segmentation);
  const erased = (memberId = 'm1') => aMemberErased({ memberId, erasedAt: '2026-04-01T10:00:00.000Z' });
  const bought = (memberId = 'm1') => aPurchaseCreated({ memberId, purchasedAt: ago(10), totalMinor: 100_000 });
  const held = async (memberId = 'm1') => {
    const tables = ['purchases', 'refunds', 'members', 'segment_members'];
    const found = await Promise.all(
      tables.map((table) => service.sql(`SELECT FROM ${table} WHERE member_id = $1`, [memberId])),
    );
    return tables.filter((_, place) => found[place]?.length !== 0);
  };

  it('takes the member out of all segments by one state, as the end of the registration', async () => {
    await service.deliver(bought(), bought('m2'), erased(), erased());

    const leaving = { version: 1, leftAt: '2026-04-01T10:00:00.000Z', cause: { kind: 'registration' } };
    expect((await segmentEvents(service, 'm1')).slice(1)).toEqual([
      {
        memberId: 'm1',
        epoch: expect.any(Number),
        sequence: 2,
        segments: [],
        entered: [],
        left: ['active-90', 'big-180', 'new-buyers'].map((segment) => ({ segment, ...leaving })),
        changedAt: expect.any(String),
        erased: true,
      },
    ]);
    expect(await summaryOf(service)).toEqual({ ...EMPTY, 'active-90': 1, 'big-180': 1, 'new-buyers': 1 });
    expect((await service.http('GET', '/segments/active-90/members')).body).toMatchObject({
      items: [{ memberId: 'm2' }],
    });
    expect(await service.http('GET', '/members/m1/segments')).toMatchObject(gone);
    expect(await service.http('GET', '/members/nobody/segments')).toMatchObject({ status: 404 });
    expect(await held()).toEqual([]);
  });

  it('says nothing of who was in no segment, known or not', async () => {
    await service.deliver(erased(), erased('stranger'));

    expect(await segmentEvents(service)).toEqual([]);
    expect(await service.http('GET', '/members/stranger/segments')).toMatchObject(gone);
  });

  it('keeps, parks and says nothing of what comes afterwards', async () => {
    await service.deliver(bought(), erased());
    await service.deliver(
      bought(),
      aPurchaseCreated({ memberId: 'm1', currency: 'JPY' }),
      aPurchaseRefunded({ memberId: 'm1', purchaseId: 'unknown' }),
    );

    expect(await held()).toEqual([]);
    expect((await service.http('GET', '/progress')).body).toMatchObject({ parked: [], deadLetters: 0 });
    expect(await segmentEvents(service, 'm1')).toHaveLength(2);
  });

  it('is for good: neither an older registration nor a newer one brings the member back', async () => {
    await service.deliver(aMemberErased({ memberId: 'new', epoch: 1, sequence: 9 }));
    await service.deliver(
      aMemberRegistered({ memberId: 'new', epoch: 1, sequence: 1 }),
      bought('new'),
      aMemberRegistered({ memberId: 'new', epoch: 2, sequence: 1 }),
    );

    expect(await held('new')).toEqual([]);
    expect(await segmentEvents(service)).toEqual([]);
    expect(await service.http('GET', '/members/new/segments')).toMatchObject(gone);
  });

  it('outlasts new definitions: who is erased enters none, and no dry run counts them', async () => {
    await service.deliver(bought(), erased());
    const rule = { measure: 'live-purchases', withinDays: null, is: 'at-most', value: 5 };
    const body = { name: 'Everybody', rule };
    expect((await service.http('PUT', '/segments/everybody?dryRun=true', { body })).body).toMatchObject({ would: 2 });
    await service.deliver(aProgramPublished({ version: 2, inForceFrom: '2026-03-01T00:00:00.000Z', rate: 300 }));
    await settled(service);

    expect(await segmentEvents(service, 'm1')).toHaveLength(2);
  });

  it('ends the same wherever it comes among the others, in one order and the other', async () => {
    const facts = (memberId: string): BuiltEvent[] => [
      aMemberRegistered({ memberId, sequence: 1 }),
      aPurchaseCreated({ memberId, purchaseId: 'p', purchasedAt: ago(10), totalMinor: 100_000 }),
      aPurchaseRefunded({ memberId, purchaseId: 'p', refundedAt: ago(5), amountMinor: 1 }),
    ];
    for (const { memberId, topics, events } of erasureAnywhere(facts)) {
      await service.deliver(...events);

      expect([topics, await held(memberId)]).toEqual([topics, []]);
      expect([topics, (await segmentEvents(service, memberId)).at(-1)?.segments ?? []]).toEqual([topics, []]);
      expect([topics, await summaryOf(service)]).toEqual([topics, EMPTY]);
    }
  }, 60_000);
});
