import fc from 'fast-check';
import { naiveHolds, naiveMeasure, someInstant, somePurchases, someRule } from './naive.features.js';
import { boundsOf, demandsOf } from './reach.js';
import type { Condition, Rule } from './rule.js';

const live = (withinDays: number | null, is: Condition['is'], value: number): Condition => ({
  measure: 'live-purchases',
  withinDays,
  is,
  value,
});

describe('what a rule demands', () => {
  it('is met in part wherever the rule holds', () => {
    fc.assert(
      fc.property(someRule, somePurchases, someInstant, (rule, purchases, now) => {
        fc.pre(naiveHolds(rule, purchases, now));
        const demands = demandsOf(rule);
        if (!demands) return;
        expect(demands.some((one) => naiveMeasure(one, purchases, now) >= one.value)).toBe(true);
      }),
    );
  });

  it('is that of every alternative, if each has one', () => {
    const [few, many] = [live(30, 'at-least', 2), live(90, 'exactly', 7)];

    expect(demandsOf({ any: [few, { all: [many, live(5, 'at-most', 0)] }] })).toEqual([few, many]);
    expect(demandsOf({ any: [few, live(5, 'at-most', 0)] })).toBeUndefined();
  });

  it('is, of several that must all hold, that without alternatives, of the shortest window', () => {
    const [longer, shorter] = [live(90, 'at-least', 9), live(30, 'at-least', 2)];

    expect(demandsOf({ all: [{ any: [longer, shorter] }, longer, shorter] })).toEqual([shorter]);
    expect(demandsOf({ all: [live(null, 'at-least', 2), live(null, 'at-least', 3)] })).toEqual([
      live(null, 'at-least', 3),
    ]);
  });
});

describe('the bounds of a rule', () => {
  it('are kept wherever the rule holds', () => {
    fc.assert(
      fc.property(someRule, somePurchases, someInstant, (rule, purchases, now) => {
        fc.pre(naiveHolds(rule, purchases, now));
        for (const measure of ['live-purchases', 'net-spend'] as const) {
          const ever = naiveMeasure({ measure, withinDays: null, is: 'exactly', value: 0 }, purchases, now);
          const { least, most } = boundsOf(rule)[measure];
          expect(ever).toBeGreaterThanOrEqual(least);
          expect(ever).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('are the tightest of what must all hold, and the widest of alternatives', () => {
    const [one, two] = [live(null, 'exactly', 1), live(null, 'at-most', 2)];
    const boundsOnPurchases = (rule: Rule): unknown => boundsOf(rule)['live-purchases'];

    expect(boundsOnPurchases({ all: [one, two, live(30, 'at-most', 0)] })).toEqual({ least: 1, most: 1 });
    expect(boundsOnPurchases({ any: [one, two] })).toEqual({ least: 0, most: 2 });
    expect(boundsOnPurchases({ any: [one, live(30, 'at-least', 3)] })).toEqual({ least: 1, most: Infinity });
    expect(boundsOnPurchases({ not: one })).toEqual({ least: 0, most: Infinity });
    expect(boundsOf(one)['net-spend']).toEqual({ least: 0, most: Infinity });
  });
});
