import { DAY_MS } from './days.js';
import { MadeUpPurchases } from './made-up-purchases.js';
import { type Bought, DEFAULT_RULES, holds, outOfReach, WITHIN_REACH } from './segment-rules.js';

const now = Date.parse('2026-06-02T00:00:00Z');
const purchases = new MadeUpPurchases(5_000, new Date(now));
const byMember = new Map<string, Bought[]>();
for (let at = 0; at < purchases.count; at += 1) {
  const { memberId, purchasedAt, totalMinor } = purchases.purchase(at);
  byMember.set(memberId, [...(byMember.get(memberId) ?? []), { at: Date.parse(purchasedAt), totalMinor }]);
}
/** Each member as of after each of its purchases. */
const standings = [...byMember.values()].flatMap((all) => all.map((_, last) => all.slice(0, last + 1)));
const holdsForSome = (rule: (typeof WITHIN_REACH)[string]): boolean =>
  standings.some((bought) => holds(rule, bought, now));

describe('rules within reach', () => {
  it('are ten', () => expect(Object.keys(WITHIN_REACH)).toHaveLength(10));

  it.each(Object.entries(WITHIN_REACH))('%s holds for some and not for all', (_, rule) => {
    expect(holdsForSome(rule)).toBe(true);
    expect(holds(rule, [], now)).toBe(false);
  });
});

describe('rules out of reach', () => {
  const rules = outOfReach(990);

  it('are as many as wanted, each another', () => {
    expect(new Set(Object.values(rules).map((rule) => JSON.stringify(rule))).size).toBe(990);
  });

  it('hold for nobody, after whichever purchase', () => {
    expect(Object.entries(rules).filter(([, rule]) => holdsForSome(rule))).toEqual([]);
  });
});

describe('a window', () => {
  const bought = [{ at: now - 60 * DAY_MS, totalMinor: 50 }];

  it('does not hold what is as old as it is long', () => {
    expect(holds({ measure: 'live-purchases', withinDays: 60, is: 'exactly', value: 0 }, bought, now)).toBe(true);
    expect(holds({ measure: 'net-spend', withinDays: 61, is: 'exactly', value: 50 }, bought, now)).toBe(true);
  });

  it('decides the default segments', () => {
    const inside = (some: readonly Bought[]): string[] =>
      Object.keys(DEFAULT_RULES).filter((name) => holds(DEFAULT_RULES[name]!, some, now));
    expect(inside([...bought, ...bought])).toEqual(['active-90', 'lapsing']);
    expect(inside([{ at: now, totalMinor: 100_000 }])).toEqual(['active-90', 'big-180', 'new-buyers']);
  });
});
