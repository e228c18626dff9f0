import fc from 'fast-check';
import { naiveHolds, naiveMeasure, someInstant, somePurchases, someRule } from './naive.features.js';
import { demandsOf, limitOf } from './reach.js';
import type { Condition } from './rule.js';

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

describe('the limit of a rule', () => {
  it('is not passed wherever the rule holds', () => {
    fc.assert(
      fc.property(someRule, somePurchases, someInstant, (rule, purchases, now) => {
        fc.pre(naiveHolds(rule, purchases, now));
        for (const measure of ['live-purchases', 'net-spend'] as const) {
          const ever = naiveMeasure({ measure, withinDays: null, is: 'exactly', value: 0 }, purchases, now);
          expect(ever).toBeLessThanOrEqual(limitOf(rule, measure));
        }
      }),
    );
  });

  it('is the tightest of what must all hold, and the widest of alternatives', () => {
    const [one, two] = [live(null, 'exactly', 1), live(null, 'at-most', 2)];

    expect(limitOf({ all: [one, two, live(30, 'at-most', 0)] }, 'live-purchases')).toBe(1);
    expect(limitOf({ any: [one, two] }, 'live-purchases')).toBe(2);
    expect(limitOf({ any: [one, live(30, 'at-most', 0)] }, 'live-purchases')).toBe(Infinity);
    expect(limitOf({ not: one }, 'live-purchases')).toBe(Infinity);
    expect(limitOf(one, 'net-spend')).toBe(Infinity);
  });
});
