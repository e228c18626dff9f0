import fc from 'fast-check';
import { someRule } from './naive.features.js';
import { conditionsOf, readRule, RULE_LIMITS, windowsOf, type Rule } from './rule.js';

const condition = { measure: 'live-purchases', withinDays: 30, is: 'at-least', value: 1 } as const;
const issuesOf = (document: unknown): readonly string[] => {
  const read = readRule(document);
  return 'issues' in read ? read.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) : [];
};
const nested = (levels: number): unknown => (levels === 1 ? condition : { not: nested(levels - 1) });

describe('a rule read from a document', () => {
  it('is the document itself, for every rule there can be', () => {
    fc.assert(
      fc.property(someRule, (rule) => {
        const read = readRule(JSON.parse(JSON.stringify(rule)));

        expect('rule' in read && read.rule).toEqual(rule);
      }),
    );
  });

  it.each([
    ['nothing', null],
    ['text', 'active'],
    ['a list', [condition]],
    ['an empty object', {}],
    ['an empty group', { all: [] }],
    ['a group that is no list', { any: condition }],
    ['two groups at once', { all: [condition], any: [condition] }],
    ['a group beside a condition', { not: condition, value: 1 }],
    ['an unknown measure', { ...condition, measure: 'visits' }],
    ['an unknown comparison', { ...condition, is: 'about' }],
    ['a window of no length', { ...condition, withinDays: 0 }],
    ['a window of part of a day', { ...condition, withinDays: 1.5 }],
    ['a window beyond the limit', { ...condition, withinDays: RULE_LIMITS.withinDays + 1 }],
    ['a missing window', { measure: 'net-spend', is: 'at-least', value: 1 }],
    ['a negative value', { ...condition, value: -1 }],
    ['a value that is not whole', { ...condition, value: 0.5 }],
    ['a value beyond the safe integers', { ...condition, value: 2 ** 53 }],
    ['a value as text', { ...condition, value: '1' }],
    ['an unknown field', { ...condition, unit: 'EUR' }],
    ['an inherited group', Object.create({ all: [condition] })],
  ])('is refused when it is %s', (_, document) => {
    expect(issuesOf(document).length).toBeGreaterThan(0);
  });

  it('names the place of every issue', () => {
    const document = { all: [condition, { any: [{ ...condition, value: -1 }, { not: 7 }] }] };

    const places = issuesOf(document).map((issue) => issue.split(':')[0]);
    expect(places).toEqual(['all.1.any.0.value', 'all.1.any.1.not']);
  });

  it('is bounded in depth and in parts', () => {
    expect(issuesOf(nested(RULE_LIMITS.depth))).toEqual([]);
    expect(issuesOf(nested(RULE_LIMITS.depth + 1))).toHaveLength(1);
    expect(issuesOf(nested(5_000))).toHaveLength(1);

    const wide = (conditions: number): unknown => ({ any: new Array(conditions).fill(condition) });
    expect(issuesOf(wide(RULE_LIMITS.parts - 1))).toEqual([]);
    expect(issuesOf(wide(RULE_LIMITS.parts))).toHaveLength(1);
    expect(issuesOf(wide(100_000))).toHaveLength(1);
    expect(issuesOf({ all: new Array(100).fill(wide(100)) })).toHaveLength(1);
  });
});

describe('conditions and windows of a rule', () => {
  it('are those written in it, windows once each', () => {
    const ever = { ...condition, withinDays: null };
    const rule: Rule = { all: [condition, { any: [{ not: ever }, { ...condition, withinDays: 60 }] }, condition] };

    expect(conditionsOf(rule)).toHaveLength(4);
    expect(windowsOf(rule)).toEqual([30, 60]);
  });
});
