import {
  aBehaviorRecorded,
  aCatalogItemChanged,
  aMemberRegistered,
  aPurchaseCreated,
  aPurchaseRefunded,
  testService,
} from '@tessera/testing';
import { recommendation } from './index.js';
import { ago, announced, linesOf, passThePause, settled, skusOf } from './recommendation.features.js';

describe('announced lists', () => {
  const service = testService(recommendation);
  const bought = (purchaseId: string, days: number, ...skus: string[]) =>
    aPurchaseCreated({ purchaseId, purchasedAt: ago(days), lines: linesOf(...skus) });

  it('follow a purchase within a second, with reason, score and name', async () => {
    const startedAt = Date.now();
    await service.deliver(bought('p1', 1, 'a', 'b'));
    await settled(service);

    expect(Date.now() - startedAt).toBeLessThan(1_500);
    const named = { score: expect.any(Number), reason: { kind: 'own-frequency' } };
    expect(await announced(service)).toEqual([
      {
        memberId: 'm1',
        epoch: expect.any(Number),
        sequence: 1,
        items: [
          { sku: 'a', name: 'A', ...named },
          { sku: 'b', name: 'B', ...named },
        ],
        changedAt: expect.any(String),
      },
    ]);
  });

  it('come at most once in ten seconds, the last word of the pause after it', async () => {
    await service.deliver(bought('p1', 3, 'a'));
    await settled(service);
    await service.deliver(bought('p2', 2, 'b'), bought('p3', 2, 'b'));
    await service.deliver(bought('p4', 1, 'c'));
    await settled(service);
    expect(await announced(service)).toHaveLength(1);
    const [due] = await service.sql<{ wait: string }>(
      `SELECT extract(epoch FROM due_at - announced_at) AS wait FROM subjects JOIN members ON member_id = subject WHERE subject = 'm1'`,
    );
    expect(Number(due?.wait)).toBe(10);

    await passThePause(service);

    const events = await announced(service);
    expect(events.map(({ sequence, items }) => [sequence, ...skusOf(items)])).toEqual([
      [1, 'a'],
      [2, 'b', 'c', 'a'],
    ]);
  });

  it('say nothing when the articles and their order stay, and are made anew a day later', async () => {
    await service.deliver(bought('p1', 3, 'a'));
    await settled(service);
    await service.deliver(bought('p2', 2, 'a'));
    await passThePause(service);

    expect(await announced(service)).toHaveLength(1);
    const [due] = await service.sql<{ wait: string }>(
      `SELECT extract(epoch FROM due_at - clock_timestamp()) AS wait FROM subjects WHERE subject = 'm1'`,
    );
    expect(Number(due?.wait)).toBeGreaterThan(86_000);
  });

  it('hold ten articles at most', async () => {
    const skus = Array.from({ length: 25 }, (_, n) => `s${String(n).padStart(2, '0')}`);
    await service.deliver(bought('p1', 1, ...skus));
    await settled(service);

    expect((await announced(service)).map(({ items }) => items.length)).toEqual([10]);
  });

  it('become empty when all is refunded and nobody else bought anything', async () => {
    await service.deliver(bought('p1', 3, 'a'));
    await settled(service);
    await service.deliver(aPurchaseRefunded({ purchaseId: 'p1', refundedAt: ago(1) }));
    await passThePause(service);

    expect((await announced(service)).map(({ items }) => skusOf(items))).toEqual([['a'], []]);
  });

  it('are nobody else’s than members’, who get theirs on registration', async () => {
    await service.deliver(aPurchaseCreated({ memberId: 'later', purchasedAt: ago(1), lines: linesOf('a') }));
    await service.deliver(aBehaviorRecorded({ memberId: 'later', sku: 'b', occurredAt: ago(0.5) }));
    await settled(service);
    expect(await announced(service, 'later')).toEqual([]);

    await service.deliver(aMemberRegistered({ memberId: 'later' }));
    await settled(service);

    expect((await announced(service, 'later')).map(({ items }) => skusOf(items))).toEqual([['a', 'b']]);
  });

  it('lose an article that goes out of stock, and get it back with the next list', async () => {
    await service.deliver(bought('p1', 3, 'a', 'b'));
    await settled(service);
    await service.deliver(aCatalogItemChanged({ sku: 'a', version: 1, inStock: false }));
    await passThePause(service);
    await service.deliver(aCatalogItemChanged({ sku: 'a', version: 2, name: 'Article' }));
    await passThePause(service);
    expect((await announced(service)).map(({ items }) => skusOf(items))).toEqual([['a', 'b'], ['b']]);

    await service.deliver(aBehaviorRecorded({ sku: 'b', occurredAt: ago(0.5) }));
    await passThePause(service);

    expect((await announced(service)).at(-1)?.items.map(({ sku, name }) => [sku, name])).toEqual([
      ['b', 'B'],
      ['a', 'Article'],
    ]);
  });

  it('are made for more members than one transaction takes', async () => {
    const members = Array.from({ length: 250 }, (_, n) => `many-${n}`);
    await service.deliver(...members.map((memberId) => aMemberRegistered({ memberId })));
    await service.deliver(
      ...members.map((memberId) => aPurchaseCreated({ memberId, purchasedAt: ago(1), lines: linesOf('a') })),
    );
    await settled(service);
    await passThePause(service);

    const keys = (await service.published('recommendation.changed')).map(({ key }) => key);
    expect(keys.filter((key) => key?.startsWith('many-')).sort()).toEqual([...members].sort());
  });
});
