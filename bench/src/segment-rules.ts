import { DAY_MS } from './days.js';

/** As segmentation takes them, and judged by a reading of its documentation that shares nothing with it. */
export type Condition = Readonly<{
  measure: 'live-purchases' | 'net-spend';
  withinDays: number | null;
  is: 'at-least' | 'at-most' | 'exactly';
  value: number;
}>;
export type Rule = Readonly<{ all: readonly Rule[] }> | Readonly<{ any: readonly Rule[] }> | Condition;
export type Rules = Readonly<Record<string, Rule>>;

export type Bought = Readonly<{ at: number; totalMinor: number }>;

export function holds(rule: Rule, bought: readonly Bought[], now: number): boolean {
  if ('all' in rule) return rule.all.every((part) => holds(part, bought, now));
  if ('any' in rule) return rule.any.some((part) => holds(part, bought, now));
  const { measure, withinDays, is, value } = rule;
  const within = bought.filter(({ at }) => withinDays === null || at > now - withinDays * DAY_MS);
  const has = measure === 'net-spend' ? within.reduce((sum, { totalMinor }) => sum + totalMinor, 0) : within.length;
  if (is === 'at-least') return has >= value;
  return is === 'at-most' ? has <= value : has === value;
}

const live = (withinDays: number | null, is: Condition['is'], value: number): Condition => ({
  measure: 'live-purchases',
  withinDays,
  is,
  value,
});
const spend = (withinDays: number | null, is: Condition['is'], value: number): Condition => ({
  measure: 'net-spend',
  withinDays,
  is,
  value,
});

/** What every deployment starts with (`domain.md`, section 9, and the README of segmentation). */
export const DEFAULT_RULES: Rules = {
  'active-90': live(90, 'at-least', 1),
  'big-180': spend(180, 'at-least', 100_000),
  lapsing: { all: [live(null, 'at-least', 2), live(60, 'at-most', 0)] },
  'new-buyers': { all: [live(null, 'exactly', 1), live(30, 'at-least', 1)] },
};

/** Each holds for some of the made-up members at some time: they have five purchases of 1.00 to 121.00. */
export const WITHIN_REACH: Rules = {
  active: live(90, 'at-least', 1),
  newcomers: { all: [live(null, 'exactly', 1), live(30, 'at-least', 1)] },
  returning: live(365, 'at-least', 2),
  regulars: live(180, 'at-least', 3),
  'three-or-four': { all: [live(60, 'at-least', 3), live(60, 'at-most', 4)] },
  'all-five': live(30, 'exactly', 5),
  'spent-100': spend(180, 'at-least', 10_000),
  'spent-300': spend(90, 'at-least', 30_000),
  'small-baskets': { all: [live(null, 'at-least', 2), spend(null, 'at-most', 9_999)] },
  'often-or-much': { any: [live(45, 'at-least', 4), spend(45, 'at-least', 20_000)] },
};

/** More than anybody has. */
const PURCHASES_MIN = 6;
const SPEND_MIN = 70_000;
/** Less than any purchase is worth. */
const SPEND_MAX = 90;

/** Rules of all forms that nobody's purchases meet, each with other windows and amounts. */
export function outOfReach(count: number): Rules {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => {
      const form = FORMS[at % FORMS.length] as (typeof FORMS)[number];
      return [`out-of-reach-${at}`, form(at)];
    }),
  );
}

const days = (at: number): number => 2 + ((at * 7) % 363);
const much = (at: number): Condition => spend(days(at), 'at-least', SPEND_MIN + at * 100);
const often = (at: number): Condition => live(days(at + 3), 'at-least', PURCHASES_MIN + (at % 40));

const FORMS: readonly ((at: number) => Rule)[] = [
  much,
  often,
  (at) => ({ all: [live(days(at), 'at-least', 1), much(at + 1)] }),
  (at) => ({ any: [much(at), often(at)] }),
  (at) => ({ all: [often(at), live(days(at), 'at-most', 40)] }),
  (at) => live(days(at), 'exactly', PURCHASES_MIN + (at % 30)),
  much,
  (at) => ({ any: [{ all: [live(null, 'at-least', 1), much(at)] }, often(at + 1)] }),
  often,
  (at) => ({ all: [live(days(at), 'at-least', 1), spend(null, 'at-most', SPEND_MAX - (at % 80))] }),
];
