import fc from 'fast-check';
import { Measured } from './measured.js';
import {
  DAY,
  naiveHolds,
  naiveMeasure,
  someCondition,
  someInstant,
  somePurchases,
  someRule,
} from './naive.features.js';
import { reasonsOf } from './reasons.js';
import { RuleSet } from './rule-set.js';
import type { Condition, Rule } from './rule.js';

const someRules = fc.array(someRule, { maxLength: 8 }).map((rules) => rules.map((rule) => ({ rule })));

describe('measures, against their definitions', () => {
  it('agree for any purchases, window and instant', () => {
    fc.assert(
      fc.property(somePurchases, someInstant, fc.array(someCondition), (purchases, now, conditions) => {
        const measured = new Measured(purchases, now);

        for (const condition of conditions) {
          expect(measured.of(condition)).toBe(naiveMeasure(condition, purchases, now));
        }
      }),
      { numRuns: 250 },
    );
  });

  it('are cut to the largest safe integer', () => {
    const aPurchase = (purchaseId: string, totalMinor: number) =>
      ({ memberId: 'm', purchaseId, purchasedAt: new Date(0), totalMinor, backfill: false, refunds: [] }) as const;
    const measured = new Measured([aPurchase('a', Number.MAX_SAFE_INTEGER), aPurchase('b', 7)], 1);

    expect(measured.of({ measure: 'net-spend', withinDays: null })).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('a set of rules', () => {
  it('finds exactly the rules that hold', () => {
    fc.assert(
      fc.property(somePurchases, someInstant, someRules, (purchases, now, definitions) => {
        const { holding } = new RuleSet(definitions).at(new Measured(purchases, now));

        const expected = definitions.filter(({ rule }) => naiveHolds(rule, purchases, now));
        expect(new Set(holding)).toEqual(new Set(expected));
        expect(holding).toHaveLength(expected.length);
      }),
      { numRuns: 300 },
    );
  });

  it('is due no later than the next change of any of its rules', () => {
    fc.assert(
      fc.property(somePurchases, someInstant, someRules, (purchases, now, definitions) => {
        const { dueAt } = new RuleSet(definitions).at(new Measured(purchases, now));

        const until = dueAt ?? 40 * DAY;
        expect(until).toBeGreaterThan(now);
        for (let t = now; t < until; t += DAY / 4) {
          for (const { rule } of definitions) {
            expect(naiveHolds(rule, purchases, t)).toBe(naiveHolds(rule, purchases, now));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does not wake for windows of rules that time alone cannot make true', () => {
    const bigSpenders: Rule = { measure: 'net-spend', withinDays: 180, is: 'at-least', value: 1_000 };
    const purchase = { memberId: 'm', purchaseId: 'p', purchasedAt: new Date(0), backfill: false, refunds: [] };
    const dueAt = (totalMinor: number): number | null =>
      new RuleSet([{ rule: bigSpenders }]).at(new Measured([{ ...purchase, totalMinor }], DAY)).dueAt;

    expect(dueAt(999)).toBeNull();
    expect(dueAt(1_000)).toBe(180 * DAY);
  });

  it('measures nothing for rules out of reach', () => {
    const unreachable = Array.from({ length: 1_000 }, (_, place): { rule: Condition } => ({
      rule: { measure: 'net-spend', withinDays: place + 1, is: 'at-least', value: 1_000_000 + place },
    }));
    const measured = new Measured([], 0);
    let asked = 0;
    const counting = Object.assign(Object.create(measured) as Measured, {
      of: (what: Condition) => {
        asked += 1;
        return measured.of(what);
      },
    });

    expect(new RuleSet(unreachable).at(counting).holding).toEqual([]);
    expect(asked).toBe(2);
  });
});

describe('reasons', () => {
  it('give each condition with what was measured, and whether the rule holds', () => {
    fc.assert(
      fc.property(somePurchases, someInstant, someRule, (purchases, now, rule) => {
        const reasons = reasonsOf(rule, new Measured(purchases, now));

        expect(reasons.holds).toBe(naiveHolds(rule, purchases, now));
        for (const { measured, holds, ...condition } of reasons.conditions) {
          expect(measured).toBe(naiveMeasure(condition, purchases, now));
          expect(holds).toBe(naiveHolds(condition, purchases, now));
        }
      }),
    );
  });
});
