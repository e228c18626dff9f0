import type { Facts } from './facts.js';
import { messageBounds } from './message-bounds.js';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const at = (days: number, ms = 0): string => new Date(START + days * DAY + ms).toISOString();
const bought = (purchaseId: string, days: number, totalMinor: number, ms = 0) => ({
  purchaseId,
  memberId: 'm',
  purchasedAt: at(days, ms),
  totalMinor,
});
const bounds = (facts: Partial<Facts>, asOf = at(10)) => {
  const { owed, possible } = messageBounds({ members: ['m'], purchases: [], refunds: [], ...facts }, new Date(asOf));
  return { owed: [...owed], possible: [...possible] };
};
const refund = (purchaseId: string, days: number) => ({
  refundId: 'r',
  purchaseId,
  memberId: 'm',
  refundedAt: at(days),
  whole: true as const,
});

describe('who may and must have a message', () => {
  it('is who is in the segment now', () => {
    expect(bounds({ purchases: [bought('a', 0, 100_000)] })).toEqual({ owed: ['m'], possible: ['m'] });
    expect(bounds({ purchases: [bought('a', 0, 99_999)] })).toEqual({ owed: [], possible: [] });
  });

  it('may be who was in it once, or would have been without a refund, but need not', () => {
    const purchases = [bought('a', 0, 60_000), bought('b', 1, 40_000)];
    expect(bounds({ purchases }, at(180))).toEqual({ owed: [], possible: ['m'] });
    expect(bounds({ purchases, refunds: [refund('a', 0)] })).toEqual({ owed: [], possible: ['m'] });
  });

  it('takes purchases together that lie within 180 days, to the millisecond, and none dated ahead', () => {
    const purchases = (ms: number) => [bought('a', 0, 60_000), bought('b', 180, 40_000, ms)];
    expect(bounds({ purchases: purchases(0) }, at(200)).possible).toEqual([]);
    expect(bounds({ purchases: purchases(-1) }, at(200)).possible).toEqual(['m']);
    expect(bounds({ purchases: purchases(-1) }, at(179)).possible).toEqual([]);
  });

  it('may be who is erased, but need not', () => {
    const purchases = [bought('a', 0, 100_000)];
    expect(bounds({ purchases, erased: new Set(['m']) })).toEqual({ owed: [], possible: ['m'] });
  });

  it('is nobody who refuses, and no stranger', () => {
    const purchases = [bought('a', 0, 100_000), { ...bought('b', 0, 100_000), memberId: 'stranger' }];
    expect(bounds({ purchases, refusing: new Set(['m']) })).toEqual({ owed: [], possible: [] });
  });
});
