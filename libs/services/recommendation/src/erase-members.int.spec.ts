import {
  aBehaviorRecorded,
  aMemberErased,
  aMemberRegistered,
  aPurchaseCreated,
  aPurchaseRefunded,
  type BuiltEvent,
  erasureAnywhere,
  testService,
} from '@tessera/testing';
import { recommendation } from './index.js';
import { ago, announced, linesOf, settled, skusOf } from './recommendation.features.js';

const gone = { status: 410, body: { code: 'member-erased' } };
const COUNTERS = 'SELECT sku, baskets, popularity::text FROM items WHERE baskets > 0 ORDER BY sku';

describe('erasing a member', () => {
  const service = testService(recommendation);
  const erased = (memberId = 'm1') => aMemberErased({ memberId });
  const bought = (memberId: string, ...skus: readonly string[]) =>
    aPurchaseCreated({ memberId, purchasedAt: ago(10), lines: linesOf(...skus) });
  const viewed = (memberId = 'm1', sku = 'v') => aBehaviorRecorded({ memberId, sku, occurredAt: ago(1) });
  const held = async (memberId = 'm1') => {
    const tables = ['purchases', 'refunds', 'members', 'baskets', 'signals'];
    const found = await Promise.all(
      tables.map((table) => service.sql(`SELECT FROM ${table} WHERE member_id = $1`, [memberId])),
    );
    const orphans = await service.sql(
      'SELECT FROM basket_items WHERE basket_id NOT IN (SELECT basket_id FROM baskets)',
    );
    return [
      ...tables.filter((_, place) => found[place]?.length !== 0),
      ...(orphans.length > 0 ? ['basket_items'] : []),
    ];
  };
  const related = async (sku: string) =>
    skusOf(((await service.http('GET', `/items/${sku}/related`)).body as { items: { sku: string }[] }).items);

  it('deletes what is held, takes it from the counters, and empties the list that was announced', async () => {
    await service.deliver(bought('m2', 'a', 'b'));
    const before = await service.sql(COUNTERS);
    await service.deliver(bought('m1', 'a', 'c'), aPurchaseRefunded({ memberId: 'm1', purchaseId: 'x' }), viewed());
    await settled(service);
    expect(await related('a')).toEqual(['b', 'c']);
    await service.deliver(erased(), erased());

    expect(await held()).toEqual([]);
    expect(await service.sql(COUNTERS)).toEqual(before);
    expect(await related('a')).toEqual(['b']);
    const states = await announced(service);
    // Which one was announced last depends on when the refresh came by: lists rest between two announcements.
    expect(states.at(-2)?.items.length).toBeGreaterThan(0);
    expect(states.at(-1)).toMatchObject({ sequence: states.length, items: [] });
    expect(await service.http('GET', '/members/m1/recommendations')).toMatchObject(gone);
    expect(await service.http('GET', '/members/nobody/recommendations')).toMatchObject({ status: 404 });
    expect((await service.http('GET', '/summary')).body).toMatchObject({ members: 2, baskets: 1 });
  });

  it('says nothing of who had no list', async () => {
    await service.deliver(erased('stranger'));

    expect(await announced(service, 'stranger')).toEqual([]);
    expect(await service.http('GET', '/members/stranger/recommendations')).toMatchObject(gone);
  });

  it('passes over what comes afterwards, beside what others do in the same batch', async () => {
    await service.deliver(erased());
    await service.deliver(bought('m1', 'a', 'z'), bought('m2', 'a', 'b'));
    await service.deliver(aPurchaseRefunded({ memberId: 'm1', purchaseId: 'x' }), viewed('m1'), viewed('m2'));
    await settled(service);

    expect(await held()).toEqual([]);
    expect(await service.sql(`SELECT sku FROM items`)).toHaveLength(2);
    expect(await service.sql(`SELECT FROM signals WHERE member_id = 'm2'`)).toHaveLength(1);
    expect((await service.http('GET', '/progress')).body).toMatchObject({ parked: [], deadLetters: 0 });
    expect(await announced(service)).toEqual([]);
  });

  it('is for good: neither an older registration nor a newer one brings the member back', async () => {
    await service.deliver(aMemberErased({ memberId: 'new', epoch: 1, sequence: 9 }));
    await service.deliver(
      aMemberRegistered({ memberId: 'new', epoch: 1, sequence: 1 }),
      bought('new', 'a'),
      aMemberRegistered({ memberId: 'new', epoch: 2, sequence: 1 }),
    );
    await settled(service);

    expect(await held('new')).toEqual([]);
    expect(await announced(service, 'new')).toEqual([]);
    expect(await service.http('GET', '/members/new/recommendations')).toMatchObject(gone);
  });

  it('ends the same wherever it comes among the others, in one order and the other', async () => {
    const facts = (memberId: string): BuiltEvent[] => [
      aMemberRegistered({ memberId, sequence: 1 }),
      aPurchaseCreated({ memberId, purchaseId: 'p', purchasedAt: ago(10), lines: linesOf('a', 'b') }),
      aPurchaseRefunded({ memberId, purchaseId: 'p', lines: [{ line: 1, quantity: 1 }] }),
      viewed(memberId),
    ];
    await service.deliver(bought('m2', 'a', 'c'));
    for (const { memberId, topics, events } of erasureAnywhere(facts)) {
      await service.deliver(...events);

      expect([topics, await held(memberId)]).toEqual([topics, []]);
      expect([topics, (await service.sql(COUNTERS)).map(({ sku, baskets }) => [sku, Number(baskets)])]).toEqual([
        topics,
        [
          ['a', 1],
          ['c', 1],
        ],
      ]);
    }
  }, 60_000);
});
