import {
  aBehaviorRecorded,
  aCatalogItemChanged,
  aMemberErased,
  aMemberRegistered,
  aPurchaseCreated,
  aPurchaseRefunded,
  type BuiltEvent,
  testService,
  type TestService,
} from '@tessera/testing';
import fc from 'fast-check';
import { recommendation } from './index.js';
import { type Facts, inStock, liveBaskets, naiveScores, naiveSimilarity } from './naive.features.js';
import { listOf, settled, skusOf } from './recommendation.features.js';

const DAY = 86_400_000;
const MEMBERS = ['s0', 's1', 's2', 's3', 's4', 's5'];
/** The first is never registered, the last is erased. */
const REGISTERED = MEMBERS.slice(1, -1);
const ERASED = 's5';
const SKUS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'Z', 'é'];

const sku = fc.constantFrom(...SKUS);
const member = fc.constantFrom(...MEMBERS);

function someFacts(now: number): fc.Arbitrary<Facts> {
  const daysAgo = (max: number): fc.Arbitrary<string> =>
    fc.integer({ min: 0, max }).map((days) => new Date(now - days * DAY - DAY / 2).toISOString());
  const refund = fc.oneof(
    fc.constant({}),
    fc.record({ amountMinor: fc.constantFrom(0, 100, 300, 900) }),
    fc.record({
      lines: fc.array(fc.record({ line: fc.constant(1), quantity: fc.constantFrom(1, 2) }), {
        minLength: 1,
        maxLength: 1,
      }),
    }),
  );
  const purchase = fc.record({
    memberId: member,
    purchasedAt: daysAgo(200),
    lines: fc.array(fc.record({ sku, quantity: fc.constantFrom(1, 2), unitPriceMinor: fc.constantFrom(0, 100) }), {
      minLength: 1,
      maxLength: 6,
    }),
    refunds: fc.array(refund, { maxLength: 2 }),
  });
  const signal = fc.record({
    memberId: member,
    kind: fc.constantFrom('view', 'cart', 'favourite'),
    sku,
    occurredAt: daysAgo(20),
  });
  const item = fc.record({ sku, inStock: fc.boolean() });
  return fc
    .record({
      purchases: fc.array(purchase, { minLength: 60, maxLength: 60 }),
      signals: fc.array(signal, { minLength: 40, maxLength: 40 }),
      items: fc.array(item, { minLength: 8, maxLength: 8 }),
    })
    .map(({ purchases, signals, items }) => ({
      registered: new Set(REGISTERED),
      purchases: purchases.map(({ refunds: _, ...drawn }, n) => {
        const totalMinor = drawn.lines.reduce((total, line) => total + line.quantity * line.unitPriceMinor, 0);
        return aPurchaseCreated({ purchaseId: `p${n}`, totalMinor, ...drawn }).data;
      }),
      refunds: purchases.flatMap(({ memberId, refunds }, n) =>
        refunds.map(
          (form, k) => aPurchaseRefunded({ refundId: `r${n}-${k}`, purchaseId: `p${n}`, memberId, ...form }).data,
        ),
      ),
      signals: signals.map((drawn) => aBehaviorRecorded(drawn as Parameters<typeof aBehaviorRecorded>[0]).data),
      catalog: items.map((drawn, n) => aCatalogItemChanged({ ...drawn, version: n + 1 }).data),
    }));
}

/** Facts twice, states and signals once: of a signal the message is known, and the builder makes another message each time. */
function events({ purchases, refunds, signals, catalog }: Facts): readonly BuiltEvent[] {
  const facts = [
    ...purchases.map((data) => aPurchaseCreated(data)),
    ...refunds.map((data) => aPurchaseRefunded(data)),
    ...catalog.map((data) => aCatalogItemChanged(data)),
  ];
  const members = [...REGISTERED, ERASED].map((memberId) => aMemberRegistered({ memberId }));
  const erasures = [aMemberErased({ memberId: ERASED }), aMemberErased({ memberId: ERASED })];
  return [...facts, ...facts, ...members, ...erasures, ...signals.map((data) => aBehaviorRecorded(data))];
}

async function deliverShuffled(service: TestService, facts: Facts, seed: number): Promise<void> {
  const all = [...events(facts)];
  const [shuffled = []] = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), { seed, numRuns: 1 });
  await service.deliver(...shuffled);
}

/** As if nothing had been announced, and nothing been kept of what was counted while facts were still to come. */
async function announceAnew(service: TestService): Promise<void> {
  await settled(service);
  await service.sql('TRUNCATE kept_neighbours');
  await service.sql(`UPDATE members SET announced = '{}', announced_at = NULL`);
  await service.sql('UPDATE subjects SET due_at = clock_timestamp() WHERE subject IN (SELECT member_id FROM members)');
  await settled(service);
}

describe('whatever the order of arrival', () => {
  const service = testService(recommendation, { prepare: async () => undefined });
  const other = testService(recommendation, { prepare: async () => undefined });
  const now = Date.now();
  const first = Number(process.env['TESSERA_SEED'] ?? Date.now() % 1_000_000);

  it.each([0, 1, 2].map((n) => [first + n]))(
    'lists are those of the facts (seed %i)',
    async (seed) => {
      const [facts] = fc.sample(someFacts(now), { seed, numRuns: 1 });
      if (!facts) throw new Error('no facts were drawn');
      await deliverShuffled(service, facts, seed);
      await deliverShuffled(other, facts, seed + 1);

      // An article that only the erased bought has a row or none, depending on which came first.
      const counters = 'SELECT sku, baskets, popularity::text FROM items WHERE baskets > 0 ORDER BY sku';
      expect(await other.sql(counters)).toEqual(await service.sql(counters));
      for (const memberId of REGISTERED) {
        const list = await listOf(service, memberId);
        const expected = naiveScores(facts, memberId, Date.now());
        expect([...skusOf(list)].sort()).toEqual([...expected.keys()].sort());
        // Popularity is kept in thousandths of its unit, and weighs a twentieth.
        for (const item of list) expect(item.score).toBeCloseTo(expected.get(item.sku) ?? NaN, 3);
        expect(list).toEqual(
          [...list].sort((a, b) => b.score - a.score || (Buffer.from(a.sku) < Buffer.from(b.sku) ? -1 : 1)),
        );
        expect((await listOf(other, memberId)).map(({ sku, reason }) => [sku, reason])).toEqual(
          list.map(({ sku, reason }) => [sku, reason]),
        );
      }
      await announceAnew(service);
      const lists = await service.sql<{ member_id: string; announced: string[] }>(
        'SELECT member_id, announced FROM members',
      );
      expect(lists).toHaveLength(REGISTERED.length);
      for (const { member_id, announced } of lists) {
        expect(announced).toEqual(skusOf(await listOf(service, member_id, 10)));
      }
      const baskets = liveBaskets(facts);
      const [seen = 'a'] = [...(baskets.find(({ skus }) => skus.size > 0)?.skus ?? [])];
      const { body } = await service.http('GET', `/items/${encodeURIComponent(seen)}/related?limit=100`);
      const related = (body as { items: { sku: string; similarity: number }[] }).items;
      const near = SKUS.filter((one) => inStock(facts, one) && naiveSimilarity(baskets, seen, one) > 0);
      expect([...skusOf(related)].sort()).toEqual([...near].sort());
      for (const one of related) expect(one.similarity).toBeCloseTo(naiveSimilarity(baskets, seen, one.sku), 9);
      expect((await service.http('GET', '/members/s0/recommendations')).status).toBe(404);
      expect((await service.http('GET', `/members/${ERASED}/recommendations`)).status).toBe(410);
    },
    180_000,
  );
});
