import { purchaseCreated } from '@tessera/contracts';
import { partitionOf } from '@tessera/platform-bus';
import { type FoundPurchase, MadeUpPurchases } from './made-up-purchases.js';
import { PARTITIONS } from './partitions.js';

describe('made-up purchases', () => {
  const purchases = new MadeUpPurchases(600, new Date('2026-06-01T00:00:00Z'));
  const found = (at: number): FoundPurchase => ({
    purchase_id: `p-${at}`,
    member_id: purchases.memberOf(at),
    total_minor: purchases.totalOf(at),
  });
  const inPartition = (partition: number): number[] =>
    Array.from({ length: 600 }, (_, at) => at).filter(
      (at) => partitionOf(purchases.memberOf(at), PARTITIONS) === partition,
    );
  const some = inPartition(3);

  it('keep to the contract, and all earn', () => {
    for (let at = 0; at < 600; at += 1) {
      const purchase = purchases.purchase(at);
      expect(purchaseCreated.parse(purchase)).toMatchObject({ ok: true });
      expect(purchase.totalMinor).toBeGreaterThanOrEqual(100);
    }
  });

  it('are five a member', () => {
    const members = Array.from({ length: 600 }, (_, at) => purchases.memberOf(at));
    expect(new Set(members).size).toBe(120);
  });

  it('are all as sent where a consumer took them from the beginning of each partition', () => {
    const taken = [...some.slice(0, 5), ...inPartition(7).slice(0, 2)];
    expect(purchases.differences(taken.map(found))).toEqual([]);
  });

  it.each([
    ['a lost one', () => [...some.slice(0, 3), ...some.slice(4, 6)].map(found), 'after one that is missing'],
    ['a doubled one', () => [found(some[0]!), found(some[0]!)], 'there twice'],
    ['a changed one', () => [{ ...found(some[0]!), total_minor: 1 }], 'not as sent'],
    ['a stranger', () => [{ ...found(some[0]!), purchase_id: 'p-601' }], 'never sent'],
  ])('tell %s', (_, given, what) => {
    expect(purchases.differences(given()).join()).toContain(what);
  });
});
