import type { Facts, PurchaseFacts, RefundFacts } from './facts.js';
import { naiveTotals, refundedMinor } from './naive-totals.js';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const at = (days: number, ms = 0): string => new Date(START + days * DAY + ms).toISOString();
const bought = (
  purchaseId: string,
  days: number,
  totalMinor: number,
  more: Partial<PurchaseFacts> = {},
): PurchaseFacts => ({
  purchaseId,
  memberId: 'm',
  purchasedAt: at(days),
  totalMinor,
  ...more,
});
const refunded = (purchaseId: string, days: number, form: Partial<RefundFacts>): RefundFacts => ({
  refundId: `r-${purchaseId}-${days}`,
  purchaseId,
  memberId: 'm',
  refundedAt: at(days),
  ...form,
});
const totals = (purchases: PurchaseFacts[], refunds: RefundFacts[] = [], asOf = at(20)) => {
  const facts: Facts = { members: ['m'], purchases, refunds };
  return { ...naiveTotals(facts, new Date(asOf)).perMember.get('m'), refundedMinor: refundedMinor(facts) };
};

describe('the naive oracle', () => {
  it('multiplies by the tier just before a purchase, never by what the purchase itself reaches', () => {
    expect(totals([bought('a', 0, 50_000), bought('b', 1, 150_000), bought('c', 2, 1_00)])).toMatchObject({
      points: 500 + 2 * 1_500 + 5,
      tier: 'gold',
      spendMinor: 200_100,
    });
  });

  it('orders purchases of one instant by the bytes of their ids', () => {
    expect(totals([bought('a', 0, 10_00), bought('B', 0, 50_000)]).points).toBe(500 + 2 * 10);
    expect(totals([bought('b', 0, 10_00), bought('c', 0, 50_000)]).points).toBe(10 + 500);
  });

  it('lets a purchase count for 365 days of 24 hours, its last instant excluded', () => {
    const late = (ms: number) =>
      totals([bought('a', 0, 50_000), { ...bought('b', 0, 1_00), purchasedAt: at(365, ms) }], [], at(400));
    expect(late(-1).points).toBe(502);
    expect(late(0).points).toBe(501);
    expect(totals([bought('a', 0, 50_000)], [], at(365, -1)).tier).toBe('silver');
    expect(totals([bought('a', 0, 50_000)], [], at(365)).tier).toBe('basic');
  });

  it('values the three forms of refund, each by itself', () => {
    const lines = [
      { quantity: 3, unitPriceMinor: 100, discountMinor: 1 },
      { quantity: 1, unitPriceMinor: 701 },
    ];
    const basket = bought('a', 0, 10_00, { lines });
    expect(totals([basket], [refunded('a', 1, { whole: true })])).toMatchObject({ points: 0, refundedMinor: 10_00 });
    expect(totals([basket], [refunded('a', 1, { amountMinor: 1 })])).toMatchObject({ points: 9, refundedMinor: 1 });
    expect(
      totals(
        [basket],
        [
          refunded('a', 1, { lines: [{ line: 1, quantity: 1 }] }),
          refunded('a', 2, { lines: [{ line: 1, quantity: 1 }] }),
        ],
      ).refundedMinor,
    ).toBe(99 + 99);
    expect(
      totals(
        [basket],
        [
          refunded('a', 1, {
            lines: [
              { line: 1, quantity: 3 },
              { line: 2, quantity: 1 },
            ],
          }),
        ],
      ),
    ).toMatchObject({ points: 0, refundedMinor: 1000 });
    expect(
      totals(
        [basket],
        [
          refunded('a', 1, {
            lines: [
              { line: 1, quantity: 1 },
              { line: 3, quantity: 1 },
            ],
          }),
        ],
      ),
    ).toMatchObject({ points: 10, refundedMinor: 0 });
  });

  it('goes by a refund from its own time on, for the tier, and at once for the points of its purchase', () => {
    const purchases = [bought('a', 0, 50_000), bought('b', 5, 10_00), bought('c', 10, 10_00)];
    expect(totals(purchases, [refunded('a', 10, { amountMinor: 10_01 })]).points).toBe(489 + 20 + 10);
    expect(totals(purchases, [refunded('a', 30, { whole: true })])).toMatchObject({ points: 40, tier: 'silver' });
  });

  it('takes a refund dated before its purchase, and one beyond the total, without going below 0', () => {
    expect(
      totals([bought('a', 5, 10_00), bought('b', 6, 10_00)], [refunded('a', 1, { amountMinor: 99_00 })]),
    ).toMatchObject({
      points: 10,
      spendMinor: 10_00,
      refundedMinor: 99_00,
    });
  });

  it('gives points for a purchase dated ahead at once, its spend only when the day comes', () => {
    const purchases = [bought('a', 0, 10_00), bought('b', 21, 50_000), bought('c', 21, 10_00)];
    expect(totals(purchases)).toMatchObject({
      points: 10 + 500 + 10,
      tier: 'basic',
      segments: ['active-90', 'new-buyers'],
    });
    expect(totals(purchases, [], at(21))).toMatchObject({ points: 10 + 500 + 20, tier: 'silver' });
  });

  it('counts neither strangers nor their purchases, nor refunds without a purchase of that member', () => {
    const facts: Facts = {
      members: ['m', 'm', 'quiet'],
      purchases: [bought('a', 0, 10_00), bought('x', 0, 99_00, { memberId: 'stranger' })],
      refunds: [refunded('x', 1, { whole: true }), refunded('a', 1, { memberId: 'stranger', whole: true })],
    };
    expect(naiveTotals(facts, new Date(at(20)))).toMatchObject({
      members: 2,
      points: 10,
      tiers: { basic: 2, silver: 0, gold: 0 },
    });
    expect(refundedMinor(facts)).toBe(0);
  });

  it('leaves the erased their tier, and no points and no segments', () => {
    const facts: Facts = {
      members: ['m', 'gone'],
      erased: new Set(['gone']),
      purchases: [bought('a', 19, 10_00), bought('a', 19, 600_00, { memberId: 'gone' })],
      refunds: [],
    };
    const { perMember, ...sums } = naiveTotals(facts, new Date(at(20)));
    expect(perMember.get('gone')).toMatchObject({ points: 0, tier: 'silver', segments: [] });
    expect(sums).toEqual({
      members: 2,
      points: 10,
      tiers: { basic: 1, silver: 1, gold: 0 },
      segments: { 'active-90': 1, 'big-180': 0, lapsing: 0, 'new-buyers': 1 },
    });
  });

  it('knows the segments to the millisecond', () => {
    const two = [bought('a', 0, 60_000), bought('b', 10, 40_000)];
    const segments = (asOf: string, refunds: RefundFacts[] = []) => totals(two, refunds, asOf).segments;
    expect(segments(at(0))).toEqual(['active-90', 'new-buyers']);
    expect(segments(at(10))).toEqual(['active-90', 'big-180']);
    expect(segments(at(70, -1))).toEqual(['active-90', 'big-180']);
    expect(segments(at(70))).toEqual(['active-90', 'big-180', 'lapsing']);
    expect(segments(at(100))).toEqual(['big-180', 'lapsing']);
    expect(segments(at(180))).toEqual(['lapsing']);
    expect(segments(at(12), [refunded('b', 11, { whole: true })])).toEqual(['active-90', 'new-buyers']);
    expect(segments(at(30), [refunded('b', 11, { whole: true })])).toEqual(['active-90']);
    expect(totals([bought('free', 0, 0)], [], at(1)).segments).toEqual([]);
  });
});
