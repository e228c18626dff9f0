import { madeUpShop } from '@tessera/demo';
import { partitionOf } from '@tessera/platform-bus';
import { oddDates, PARTITIONS, tooFarAhead } from './odd-dates.js';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-02-03T04:05:06.789Z');
const { purchases } = madeUpShop({ members: 60, seed: 1, now: NOW });

describe('purchases with odd dates', () => {
  const odd = oddDates(purchases, 3, NOW);

  it('are just within the limit, or 30 years old', () => {
    for (const { future, old } of odd) {
      const aheadMs = Date.parse(future.purchasedAt) - NOW.getTime();
      expect(aheadMs).toBeLessThan(DAY_MS);
      expect(aheadMs).toBeGreaterThan(DAY_MS - 600_000);
      expect(old.purchasedAt).toBe('1996-02-03T04:05:06.789Z');
    }
  });

  it('fall to a member of each partition for each injection, under numbers of their own', () => {
    expect(odd).toHaveLength(3 * PARTITIONS);
    expect(new Set(odd.flatMap(({ future, old }) => [future.purchaseId, old.purchaseId])).size).toBe(6 * PARTITIONS);
    expect(new Set(odd.map(({ old }) => partitionOf(old.memberId, PARTITIONS))).size).toBe(PARTITIONS);
  });

  it('are refused beyond the limit, but not by a clock that is ten minutes ahead', () => {
    const model = odd[0]?.future ?? purchases[0];
    const beyondMs = Date.parse((model && tooFarAhead(model).purchasedAt) ?? '') - Date.now();
    expect(beyondMs).toBeGreaterThan(DAY_MS);
    expect(beyondMs).toBeLessThan(DAY_MS + 600_000);
  });
});
