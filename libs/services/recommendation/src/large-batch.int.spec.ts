import { aMemberRegistered, aPurchaseCreated, aPurchaseRefunded, testService } from '@tessera/testing';
import { recommendation } from './index.js';
import { ago, type Line, listOf, settled } from './recommendation.features.js';

const MEMBERS = 200;
const ARTICLES = 3_600;

/** A fixed sequence of numbers from 0 to below 1, so that every run has the same shop. */
function* numbers(): Generator<number, never> {
  for (let state = 7; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

describe('batches of 500 baskets with 21 lines on average', () => {
  const service = testService(recommendation, { prepare: async () => undefined });
  const drawn = numbers();
  const draw = (): number => drawn.next().value;
  const lines = (count: number): Line[] =>
    Array.from({ length: count }, () => {
      const sku = `s${Math.floor(ARTICLES * draw() ** 3)}`;
      return { sku, name: `Article ${sku}`, quantity: 1, unitPriceMinor: 100 };
    });
  const batch = (number: number) =>
    Array.from({ length: 500 }, (_, n) => {
      const bought = lines(n === 0 ? 542 : 1 + Math.floor(40 * draw()));
      const totalMinor = bought.length * 100;
      const purchasedAt = ago(30 - 10 * number - draw());
      return aPurchaseCreated({
        purchaseId: `b${number}-${n}`,
        memberId: `m${n % MEMBERS}`,
        purchasedAt,
        totalMinor,
        lines: bought,
      });
    });

  it('are taken in well under the time a batch may have, and so are their refunds', async () => {
    await service.deliver(...Array.from({ length: MEMBERS }, (_, n) => aMemberRegistered({ memberId: `m${n}` })));
    const times: number[] = [];
    for (const number of [0, 1, 2]) {
      const events = batch(number);
      const startedAt = performance.now();
      await service.deliver(...events);
      times.push(performance.now() - startedAt);
    }
    const refunds = batch(0).map(({ data: { purchaseId, memberId } }) => {
      return aPurchaseRefunded({ purchaseId, memberId, refundedAt: ago(1) });
    });
    const startedAt = performance.now();
    await service.deliver(...refunds);
    times.push(performance.now() - startedAt);

    // About 0.4 s each on an idle machine: the bound is for a busy one, and far below what 1.5 million stored pairs would take.
    expect(Math.max(...times)).toBeLessThan(10_000);
    const [paired] = await service.sql<{ most: string }>(
      `SELECT max(count) AS most FROM (SELECT count(*) FILTER (WHERE paired) FROM basket_items GROUP BY basket_id) baskets`,
    );
    expect(Number(paired?.most)).toBe(40);
    const [left] = await service.sql(
      `SELECT (SELECT sum(baskets) FROM items) = (SELECT count(*) FROM basket_items WHERE counted) AS equal,
              (SELECT count(*) FROM basket_items i JOIN baskets b USING (basket_id) WHERE counted AND b.purchase_id LIKE 'b0-%') AS refunded`,
    );
    expect(left).toEqual({ equal: true, refunded: 0 });
    await settled(service);
    expect(await listOf(service, 'm0', 10)).toHaveLength(10);
  }, 60_000);
});
