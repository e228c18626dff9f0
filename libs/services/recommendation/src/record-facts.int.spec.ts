import {
  aBehaviorRecorded,
  aCatalogItemChanged,
  aMemberRegistered,
  aPurchaseCreated,
  aPurchaseRefunded,
  testService,
} from '@tessera/testing';
import { recommendation } from './index.js';
import { ago, linesOf, listOf, reasonsOf, skusOf } from './recommendation.features.js';

describe('lists', () => {
  const service = testService(recommendation);
  const bought = (purchaseId: string, days: number, ...skus: string[]) =>
    aPurchaseCreated({ purchaseId, purchasedAt: ago(days), totalMinor: skus.length * 100, lines: linesOf(...skus) });
  const by = (memberId: string, ...skus: string[]) =>
    aPurchaseCreated({ memberId, purchasedAt: ago(2), lines: linesOf(...skus) });
  const counted = async (): Promise<Record<string, number>> => {
    const found = await service.sql<{ sku: string; baskets: string }>(
      'SELECT sku, baskets FROM items WHERE baskets <> 0',
    );
    return Object.fromEntries(found.map(({ sku, baskets }) => [sku, Number(baskets)]));
  };

  it('give each article its reason', async () => {
    await service.deliver(
      bought('p1', 5, 'a'),
      ...Array.from({ length: 8 }, () => by('m2', 'a', 'b')),
      ...Array.from({ length: 9 }, () => by('m3', 'hit')),
    );
    await service.deliver(aBehaviorRecorded({ sku: 'seen', kind: 'cart', occurredAt: ago(1) }));

    const list = await listOf(service);
    expect(reasonsOf(list)).toEqual(['seen viewed', 'a own-frequency', 'b<a', 'hit popular']);
    expect(list.map(({ name }) => name)).toEqual([null, 'A', 'B', 'HIT']);
  });

  it('are of what is popular for a member who never did anything, and empty in an empty shop', async () => {
    expect(await listOf(service)).toEqual([]);

    await service.deliver(by('m2', 'b'), by('m2', 'b'), by('m3', 'a'));

    expect(reasonsOf(await listOf(service))).toEqual(['b popular', 'a popular']);
  });

  it('do not change with a repeat, and keep the first of two different purchases of one number', async () => {
    const purchase = bought('p1', 5, 'a');
    await service.deliver(purchase, purchase);
    await service.deliver(purchase);
    await service.deliver(bought('p1', 5, 'b'));

    expect(await counted()).toEqual({ a: 1 });
    expect(skusOf(await listOf(service))).toEqual(['a']);
    expect(await service.sql('SELECT code FROM dead_letters')).toEqual([{ code: 'conflict' }]);
  });

  it('keep the first of two different purchases of one number in one batch', async () => {
    await service.deliver(bought('p1', 5, 'a'), bought('p1', 5, 'b'), bought('p1', 4, 'c'));

    expect(await counted()).toEqual({ a: 1 });
  });

  it('take purchases without lines, and of any currency', async () => {
    await service.deliver(
      aPurchaseCreated({ purchasedAt: ago(1) }),
      aPurchaseCreated({ purchasedAt: ago(1), lines: [] }),
    );
    await service.deliver(aPurchaseCreated({ purchasedAt: ago(1), currency: 'JPY', lines: linesOf('a') }));

    expect(await counted()).toEqual({ a: 1 });
    const { body } = await service.http('GET', '/progress');
    expect(body).toMatchObject({ parked: [], deadLetters: 0 });
  });

  it('leave out what was refunded: the whole, to the total, by line; but not a part by amount', async () => {
    await service.deliver(
      bought('p1', 5, 'a'),
      bought('p2', 5, 'b', 'c'),
      bought('p3', 5, 'd', 'e'),
      bought('p4', 5, 'f', 'g'),
    );
    await service.deliver(
      aPurchaseRefunded({ purchaseId: 'p1', refundedAt: ago(1) }),
      aPurchaseRefunded({ purchaseId: 'p2', refundedAt: ago(1), amountMinor: 150 }),
      aPurchaseRefunded({ purchaseId: 'p2', refundedAt: ago(1), amountMinor: 50 }),
      aPurchaseRefunded({ purchaseId: 'p3', refundedAt: ago(1), lines: [{ line: 1, quantity: 1 }] }),
      aPurchaseRefunded({ purchaseId: 'p4', refundedAt: ago(1), amountMinor: 199 }),
    );

    expect(await counted()).toEqual({ e: 1, f: 1, g: 1 });
    expect([...skusOf(await listOf(service))].sort()).toEqual(['e', 'f', 'g']);
  });

  it('take a refund that comes before its purchase, and pass over one that names a line there is not', async () => {
    await service.deliver(
      aPurchaseRefunded({ purchaseId: 'p1', refundedAt: ago(1), lines: [{ line: 2, quantity: 1 }] }),
      aPurchaseRefunded({ purchaseId: 'p2', refundedAt: ago(1), lines: [{ line: 9, quantity: 1 }] }),
    );
    expect((await service.http('GET', '/progress')).body).toMatchObject({
      parked: [{ waitsFor: 'purchase', count: 2 }],
    });

    await service.deliver(bought('p1', 5, 'a', 'b'), bought('p2', 5, 'c'));

    expect(await counted()).toEqual({ a: 1, c: 1 });
  });

  it('count nobody but members, from their registration on', async () => {
    await service.deliver(by('later', 'a', 'b'), by('later', 'a'));
    await service.deliver(aPurchaseRefunded({ memberId: 'later', purchaseId: 'none', refundedAt: ago(1) }));
    expect(await counted()).toEqual({});
    expect((await service.http('GET', '/items/a')).body).toMatchObject({ name: 'A', baskets: 0, popularity: 0 });
    expect((await service.http('GET', '/progress')).body).toMatchObject({
      parked: expect.arrayContaining([expect.objectContaining({ waitsFor: 'registration', count: 2 })]),
    });

    await service.deliver(aMemberRegistered({ memberId: 'later' }), aMemberRegistered({ memberId: 'later' }));

    expect(await counted()).toEqual({ a: 2, b: 1 });
    expect((await service.http('GET', '/progress')).body).toMatchObject({
      parked: [{ waitsFor: 'purchase', count: 1 }],
    });
  });

  it('leave out what is out of stock, in every place, whatever the order of versions', async () => {
    await service.deliver(bought('p1', 5, 'a', 'b', 'c'));
    const back = aCatalogItemChanged({ sku: 'b', version: 3 });
    await service.deliver(
      aCatalogItemChanged({ sku: 'a', version: 2, inStock: false }),
      aCatalogItemChanged({ sku: 'a', version: 1 }),
      back,
      aCatalogItemChanged({ sku: 'b', version: 2, inStock: false }),
    );
    await service.deliver(back, aCatalogItemChanged({ sku: 'b', version: 3, name: 'Other' }));

    expect(skusOf(await listOf(service))).toEqual(['b', 'c']);
    const at = async (path: string): Promise<readonly string[]> => {
      return skusOf(((await service.http('GET', path)).body as { items: { sku: string }[] }).items);
    };
    expect(await at('/items/popular')).toEqual(['b', 'c']);
    expect(await at('/items/c/related')).toEqual(['b']);
    expect(await service.sql('SELECT code, topic FROM dead_letters')).toEqual([
      { code: 'conflict', topic: back.contract.topic },
    ]);
  });

  it('raise what was seen lately, not what was seen long ago; what lies ahead of the log is refused', async () => {
    await service.deliver(by('m2', 'x'));
    await service.deliver(
      aBehaviorRecorded({ sku: 'old', occurredAt: ago(15) }),
      aBehaviorRecorded({ sku: 'new', occurredAt: ago(13) }),
      aBehaviorRecorded({ sku: 'soon', occurredAt: ago(-0.5) }),
      aBehaviorRecorded({ sku: 'ahead', occurredAt: ago(-2) }),
      { ...aBehaviorRecorded({ kind: 'search', query: 'shoes', occurredAt: ago(1) }) },
      { ...aBehaviorRecorded({ kind: 'visit', occurredAt: ago(1) }) },
    );

    expect(reasonsOf(await listOf(service))).toEqual(['soon viewed', 'x popular', 'new viewed']);
    expect(await service.sql('SELECT code FROM dead_letters')).toEqual([{ code: 'too-far-ahead' }]);
  });

  it('keep the signals of those who are not registered yet', async () => {
    await service.deliver(aBehaviorRecorded({ memberId: 'later', sku: 'seen', occurredAt: ago(1) }));
    await service.deliver(aMemberRegistered({ memberId: 'later' }));

    expect(skusOf(await listOf(service, 'later'))).toEqual(['seen']);
  });

  it('name articles as the catalogue does, else as the latest purchase did', async () => {
    const named = (days: number, name: string) =>
      aPurchaseCreated({ purchasedAt: ago(days), lines: [{ sku: 'a', name, quantity: 1, unitPriceMinor: 1 }] });
    await service.deliver(named(1, 'new'), named(3, 'old'));
    await service.deliver(named(2, 'middle'));
    expect((await listOf(service)).map(({ name }) => name)).toEqual(['new']);

    await service.deliver(aCatalogItemChanged({ sku: 'a', name: 'Catalogued' }));
    expect((await listOf(service)).map(({ name }) => name)).toEqual(['Catalogued']);
  });
});
