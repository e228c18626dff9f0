import { messageBounds } from '../oracle/message-bounds.js';
import { NO_LEFTOVERS, sourceOf } from '../oracle/source.js';
import { madeUpShop } from './made-up-shop.js';

const NOW = new Date('2026-06-15T12:00:00Z');
const shop = madeUpShop({ members: 300, seed: 7, now: NOW });

describe('the made-up shop', () => {
  it('is the same for the same seed and other for another', () => {
    expect(madeUpShop({ members: 300, seed: 7, now: NOW })).toEqual(shop);
    expect(madeUpShop({ members: 300, seed: 8, now: NOW }).purchases).not.toEqual(shop.purchases);
  });

  it('moves as a whole with now, and ends a second before it', () => {
    const later = madeUpShop({ members: 300, seed: 7, now: new Date(NOW.getTime() + 5000) });
    const times = shop.purchases.map(({ purchasedAt }) => Date.parse(purchasedAt));

    expect(later.purchases.map(({ purchasedAt }) => Date.parse(purchasedAt) - 5000)).toEqual(times);
    expect(Math.max(...times)).toBe(NOW.getTime() - 1000);
    expect(Math.min(...times)).toBeGreaterThan(NOW.getTime() - 366 * 86_400_000);
    expect(shop.refunds.every(({ refundedAt }) => Date.parse(refundedAt) < NOW.getTime())).toBe(true);
  });

  it('has totals that are those of its lines, discounts below the price, and numbers that are used once', () => {
    for (const { totalMinor, lines } of shop.purchases) {
      const worth = lines.map((line) => line.quantity * line.unitPriceMinor - (line.discountMinor ?? 0));
      expect(Math.min(...worth)).toBeGreaterThan(0);
      expect(worth.reduce((a, b) => a + b)).toBe(totalMinor);
    }
    expect(new Set(shop.purchases.map(({ purchaseId }) => purchaseId)).size).toBe(shop.purchases.length);
  });

  it('has something of everything: tiers, segments, forms of refund, discounts, late facts', () => {
    const { tiers, segments } = sourceOf(shop, NO_LEFTOVERS, NOW);
    const forms = shop.refunds.map((refund) => Object.keys(refund).find((key) => /whole|lines|amountMinor/.test(key)));

    for (const members of [...Object.values(tiers), ...Object.values(segments)]) expect(members).toBeGreaterThan(2);
    expect(new Set(forms)).toEqual(new Set(['whole', 'lines', 'amountMinor']));
    expect(shop.purchases.some(({ lines }) => lines.some(({ discountMinor }) => discountMinor))).toBe(true);
    expect(shop.late.size).toBeGreaterThan(10);
  });

  it('shows what members looked at before they bought lately, articles sold out, and some who want no mail', () => {
    const skus = new Set(shop.articles.map(({ sku }) => sku));
    const times = shop.behaviors.map(({ occurredAt }) => Date.parse(occurredAt));

    expect(shop.behaviors.length).toBeGreaterThan(100);
    expect(new Set(shop.behaviors.map(({ kind }) => kind))).toEqual(new Set(['view', 'cart']));
    expect(shop.behaviors.every(({ sku }) => skus.has(sku))).toBe(true);
    expect(new Set(shop.behaviors.map(({ behaviorId }) => behaviorId)).size).toBe(shop.behaviors.length);
    expect(Math.max(...times)).toBeLessThan(NOW.getTime());
    expect(shop.purchases.every(({ lines }) => lines.every(({ sku }) => skus.has(sku)))).toBe(true);
    expect(shop.articles.filter(({ inStock }) => !inStock).length).toBeGreaterThan(0);
    expect(shop.refusing.size).toBeGreaterThan(5);
    const { owed, possible } = messageBounds(shop, NOW);
    expect(owed.size).toBeGreaterThan(5);
    expect(possible.size).toBeGreaterThan(owed.size);
  });

  it('may be empty', () => {
    expect(madeUpShop({ members: 0, seed: 1, now: NOW })).toMatchObject({ members: [], purchases: [], refunds: [] });
  });
});
