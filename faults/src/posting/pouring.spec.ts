import { madeUpShop } from '@tessera/demo';
import { apart, plan } from './pouring.js';

describe('the moments of a run', () => {
  it('depend on the seed alone, lie within the posting and come in order', () => {
    const moments = plan({ injections: 50, seed: 7 }, 1_000);
    expect(moments).toEqual(plan({ injections: 50, seed: 7 }, 1_000));
    expect(moments).not.toEqual(plan({ injections: 50, seed: 8 }, 1_000));
    const after = moments.map(({ afterEvents }) => afterEvents);
    expect(after).toHaveLength(50);
    expect(after).toEqual(after.toSorted((a, b) => a - b));
    expect(after.every((events) => events >= 0 && events < 1_000)).toBe(true);
    expect(moments.every(({ choice }) => choice >= 0 && choice < 1)).toBe(true);
  });
});

describe('what a scenario brings itself', () => {
  const shop = madeUpShop({ members: 40, seed: 1, now: new Date() });
  const [purchase] = shop.purchases;
  const [refund] = shop.refunds;
  if (!purchase || !refund) throw new Error('The shop is empty.');

  it('is left out of the posting, and counted once with all others', () => {
    const { left, all } = apart(shop, { purchases: [purchase], refunds: [refund] });
    expect(left.purchases).toEqual(shop.purchases.slice(1));
    expect(left.refunds).toEqual(shop.refunds.slice(1));
    expect(all.purchases).toHaveLength(shop.purchases.length);
    expect(all.refunds).toHaveLength(shop.refunds.length);
  });

  it('is counted beside the shop where it is not of it, as a number under another member', () => {
    const other = { ...purchase, memberId: 'somebody-else' };
    const { left, all } = apart(shop, { purchases: [other], refunds: [] });
    expect(left.purchases).toEqual(shop.purchases);
    expect(all.purchases).toHaveLength(shop.purchases.length + 1);
  });
});
