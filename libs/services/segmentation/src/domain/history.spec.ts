import type { PurchaseFact, RefundFact } from '@tessera/purchases';
import fc from 'fast-check';
import { isOfHistory } from './history.js';
import { DAY, naiveHolds, naiveInstants, someInstant, somePurchases, someRule } from './naive.features.js';
import { place } from './placement.js';
import { RuleSet } from './rule-set.js';
import type { Rule } from './rule.js';
import { type Cause, lastTurn } from './turn.js';

const big: Rule = { measure: 'net-spend', withinDays: 180, is: 'at-least', value: 100 };
const lapsing: Rule = {
  all: [
    { measure: 'live-purchases', withinDays: null, is: 'at-least', value: 2 },
    { measure: 'live-purchases', withinDays: 60, is: 'at-most', value: 0 },
  ],
};
const one: Rule = { measure: 'live-purchases', withinDays: null, is: 'exactly', value: 1 };
const day = (days: number): Date => new Date(days * DAY);
const live = (purchaseId: string, days: number, totalMinor: number, refunds: RefundFact[] = []): PurchaseFact => ({
  memberId: 'm1',
  purchaseId,
  purchasedAt: day(days),
  totalMinor,
  backfill: false,
  refunds,
});
const history = (purchaseId: string, days: number, totalMinor: number, loaded: number): PurchaseFact => ({
  ...live(purchaseId, days, totalMinor),
  backfill: true,
  loadedAt: day(loaded),
});
/** Whether the entry that these facts make, seen at `now`, is of history. */
function entry(rule: Rule, purchases: readonly PurchaseFact[], now: number): boolean | undefined {
  const turn = lastTurn(rule, purchases, day(now));
  return turn && isOfHistory(rule, purchases, turn, day(now));
}

describe('an entry of history', () => {
  it('is one that a purchase or refund makes which was loaded', () => {
    expect(entry(big, [history('a', 1, 100, 8)], 9)).toBe(true);
    const refund = { refundId: 'r', refundedAt: day(2), amountMinor: 100, backfill: true, loadedAt: day(8) };
    expect(entry(one, [live('a', 1, 100), live('b', 1, 100, [refund])], 9)).toBe(true);
    expect(entry(one, [live('a', 1, 100), live('b', 1, 100, [{ ...refund, backfill: false }])], 9)).toBe(false);
  });

  it('is not one that a purchase makes on top of history that was there already', () => {
    expect(entry(big, [history('a', 1, 60, 8), live('b', 9, 60)], 9)).toBe(false);
  });

  it('is one that a purchase of before would not have made without the history that came later', () => {
    expect(entry(big, [history('a', 1, 60, 8), live('b', 5, 60)], 9)).toBe(true);
    expect(entry(big, [history('a', 1, 60, 8), live('b', 5, 100)], 9)).toBe(false);
  });

  it('is one of a window that had moved on before the history was loaded, and not one of a window that moves on after', () => {
    const purchases = (loaded: number) => [history('a', 1, 10, loaded), history('b', 5, 10, loaded)];

    expect(entry(lapsing, purchases(70), 70)).toBe(true);
    expect(entry(lapsing, purchases(20), 70)).toBe(false);
    expect(entry(lapsing, [history('a', 1, 10, 70), live('b', 5, 10)], 70)).toBe(true);
  });

  it('is one of a registration without which nothing but history is there, whatever came first', () => {
    const registration = { at: day(5), cause: { kind: 'registration' } as const };
    const of = (rule: Rule, purchases: readonly PurchaseFact[], now: number) =>
      isOfHistory(rule, purchases, registration, day(now));

    expect(of(big, [history('a', 1, 60, 8), history('b', 5, 60, 8)], 9)).toBe(true);
    expect(of(big, [history('a', 1, 60, 8), live('b', 5, 100)], 9)).toBe(false);
    expect(of(lapsing, [live('a', 1, 10), live('b', 5, 10), history('c', 2, 10, 70)], 70)).toBe(false);
  });

  it('is none that another rule makes', () => {
    const found = { at: day(9), cause: { kind: 'definition' } as const };
    expect(isOfHistory(big, [history('a', 1, 100, 8)], found, day(9))).toBe(false);
  });

  it('is never one where nothing was loaded, and always one where everything was loaded afterwards', () => {
    const rulings = (rule: Rule) => {
      const ruling = { segment: 's', version: 1, rule, basis: 0, changedAt: day(-1_000) };
      return { bySegment: new Map([['s', ruling]]), set: new RuleSet([ruling]) };
    };
    const standing = { registeredAt: day(0), evaluatedBasis: 0, stays: [] };
    fc.assert(
      fc.property(somePurchases, someInstant, someRule, fc.boolean(), (drawn, now, rule, backfill) => {
        fc.pre(!naiveHolds(rule, [], now) && naiveInstants(drawn).every((at) => !naiveHolds(rule, [], at)));
        const origin = backfill ? { backfill, loadedAt: day(1_000) } : { backfill };
        const purchases = drawn.map(({ loadedAt: _none, ...purchase }) => ({
          ...purchase,
          ...origin,
          refunds: purchase.refunds.map(({ loadedAt: _no, ...refund }) => ({ ...refund, ...origin })),
        }));
        const { entered } = place({ ...standing, purchases }, rulings(rule), new Date(now));
        const isFact = ({ kind }: Cause): boolean => kind !== 'definition';
        for (const stay of entered.filter(({ cause }) => isFact(cause))) expect(stay.backfill).toBe(backfill);
      }),
      { numRuns: 1_000 },
    );
  });
});
