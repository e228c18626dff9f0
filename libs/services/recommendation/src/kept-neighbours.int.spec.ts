import {
  aBehaviorRecorded,
  aCatalogItemChanged,
  aPurchaseCreated,
  aPurchaseRefunded,
  testService,
} from '@tessera/testing';
import { recommendation } from './index.js';
import { ago, announced, linesOf, listOf, reasonsOf, settled, skusOf } from './recommendation.features.js';

describe('neighbours that are kept', () => {
  const service = testService(recommendation);
  let purchases = 0;
  const bought = (memberId: string, days: number, ...skus: string[]) => {
    purchases += 1;
    return aPurchaseCreated({ purchaseId: `p${purchases}`, memberId, purchasedAt: ago(days), lines: linesOf(...skus) });
  };
  const times = <T>(count: number, what: () => T): T[] => Array.from({ length: count }, what);

  /** Has a list made anew as time does it, and answers it as announced last. */
  async function announcedAnew(memberId = 'm1'): Promise<readonly string[]> {
    await service.sql(`UPDATE members SET announced_at = announced_at - interval '1 minute'`);
    await service.sql('UPDATE subjects SET due_at = clock_timestamp() WHERE subject = $1', [memberId]);
    await settled(service);
    return reasonsOf((await announced(service, memberId)).at(-1)?.items as Parameters<typeof reasonsOf>[0]);
  }
  const kept = (sku = 'a') =>
    service.sql<{ changes: number; baskets: number }>('SELECT changes, baskets FROM kept_neighbours WHERE sku = $1', [
      sku,
    ]);

  /** m1 bought a; six others bought b along with it, long ago. */
  const shop = () => [bought('m1', 3, 'a'), ...times(6, () => bought('m2', 50, 'a', 'b'))];

  it('are what announced lists go by until five minutes have passed; reads know at once', async () => {
    await service.deliver(...shop());
    expect(await announcedAnew()).toEqual(['a own-frequency', 'b<a']);
    await service.deliver(...times(6, () => bought('m2', 2, 'a', 'c')));

    expect(await announcedAnew()).toEqual(['a own-frequency', 'b<a', 'c popular']);
    expect(reasonsOf(await listOf(service))).toEqual(['a own-frequency', 'c<a', 'b<a']);

    await service.sql(`UPDATE kept_neighbours SET counted_at = counted_at - interval '5 minutes'`);
    expect(await announcedAnew()).toEqual(['a own-frequency', 'c<a', 'b<a']);
  });

  it('are counted anew at once when as many baskets came or went as there were', async () => {
    const early = shop();
    await service.deliver(...early);
    await announcedAnew();
    await service.deliver(...times(6, () => bought('m2', 2, 'a', 'c')));
    await announcedAnew();
    expect(await kept()).toMatchObject([{ changes: 7, baskets: 7 }]);

    const purchaseId = early.at(-1)?.data.purchaseId ?? '';
    await service.deliver(aPurchaseRefunded({ purchaseId, memberId: 'm2', refundedAt: ago(1) }));

    expect(await announcedAnew()).toEqual(['a own-frequency', 'c<a', 'b<a']);
    expect(await kept()).toMatchObject([{ changes: 14, baskets: 12 }]);
  });

  it('are counted some ten times in a thousand purchases of an article, not a thousand times', async () => {
    const counts = new Set<number | undefined>();
    await service.deliver(bought('m1', 3, 'a'));
    for (let number = 1; number <= 40; number += 1) {
      await service.deliver(bought('m2', 2, 'a', 'b'));
      await announcedAnew();
      counts.add((await kept())[0]?.changes);
    }
    expect([...counts]).toEqual([2, 4, 8, 16, 32]);
  });

  it('stand though an article goes out of stock and comes back, which lists know at once', async () => {
    await service.deliver(...shop());
    await announcedAnew();
    await service.deliver(aCatalogItemChanged({ sku: 'b', version: 1, inStock: false }));
    expect(await announcedAnew()).toEqual(['a own-frequency']);
    await service.deliver(aCatalogItemChanged({ sku: 'b', version: 2, inStock: true }));

    expect(await announcedAnew()).toEqual(['a own-frequency', 'b<a']);
    expect(await kept()).toMatchObject([{ changes: 7 }]);
  });

  it('may be lost: lists are then as they are read', async () => {
    await service.deliver(...shop(), ...times(3, () => bought('m3', 1, 'a', 'c', 'd')));
    await service.deliver(aBehaviorRecorded({ sku: 'd', occurredAt: ago(0.5) }));
    await announcedAnew();
    await service.sql('TRUNCATE kept_neighbours');

    const listed = await listOf(service, 'm1', 10);
    expect(await announcedAnew()).toEqual(reasonsOf(listed));
    expect(skusOf(listed)).toEqual(['a', 'd', 'c', 'b']);
  });
});
