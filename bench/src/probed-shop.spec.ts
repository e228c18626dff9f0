import { purchaseCreated } from '@tessera/contracts';
import { isProbe, ProbedShop } from './probed-shop.js';

describe('the probed shop', () => {
  it('sells every fiftieth purchase to a probe of its own', () => {
    const shop = new ProbedShop(100, 10);
    const sold = [...shop.sell(30, new Date()), ...shop.sell(470, new Date())];
    const probes = sold.filter(isProbe);

    expect(probes.map(({ memberId }) => memberId)).toEqual(Array.from({ length: 10 }, (_, at) => `probe-${at}`));
    expect(shop).toMatchObject({ purchases: 500, probed: 10 });
    expect(new Set(sold.map(({ purchaseId }) => purchaseId)).size).toBe(500);
  });

  it('makes big spenders of probes, and of nobody else, whose purchases keep to the contract', () => {
    const sold = new ProbedShop(20, 40).sell(2_000, new Date());
    const spent = new Map<string, number>();
    for (const { memberId, totalMinor } of sold) spent.set(memberId, (spent.get(memberId) ?? 0) + totalMinor);

    for (const [memberId, sum] of spent) expect(sum >= 100_000).toBe(isProbe({ memberId }));
    expect(sold.filter((purchase) => !purchaseCreated.parse(purchase).ok)).toEqual([]);
  });

  it('has all of them as members, and closes when there are no probes left', () => {
    const shop = new ProbedShop(100, 1);
    expect(shop.members()).toHaveLength(101);
    shop.sell(50, new Date());
    expect(() => shop.sell(50, new Date())).toThrow(RangeError);
  });
});
