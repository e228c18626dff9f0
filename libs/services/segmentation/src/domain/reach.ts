import type { Condition, Rule } from './rule.js';

/**
 * Conditions for at least 1 of something of which one must hold for the rule to hold; undefined where the rule asks for nothing. Time alone
 * makes none of them true: measures only rise with a purchase.
 */
export function demandsOf(rule: Rule): readonly Condition[] | undefined {
  if ('all' in rule) {
    const demands = rule.all.flatMap((part) => {
      const ofPart = demandsOf(part);
      return ofPart ? [ofPart] : [];
    });
    return demands.sort(byPreference)[0];
  }
  if ('any' in rule) {
    const demands = rule.any.map(demandsOf);
    return demands.every((ofPart) => ofPart !== undefined) ? demands.flat() : undefined;
  }
  if ('not' in rule) return undefined;
  return rule.is !== 'at-most' && rule.value > 0 ? [rule] : undefined;
}

/** How much of each measure a member must ever have had for a rule to hold: at the least, and at the most (infinity where there is no limit). */
export type Bounds = Readonly<Record<Condition['measure'], Readonly<{ least: number; most: number }>>>;

/** No window holds more than there ever was, so what a window must hold bounds that too. Time alone brings nobody within the bounds. */
export function boundsOf(rule: Rule): Bounds {
  return { 'live-purchases': boundsOn(rule, 'live-purchases'), 'net-spend': boundsOn(rule, 'net-spend') };
}

function boundsOn(rule: Rule, measure: Condition['measure']): Bounds[typeof measure] {
  if ('all' in rule) {
    const parts = rule.all.map((part) => boundsOn(part, measure));
    return { least: Math.max(...parts.map(({ least }) => least)), most: Math.min(...parts.map(({ most }) => most)) };
  }
  if ('any' in rule) {
    const parts = rule.any.map((part) => boundsOn(part, measure));
    return { least: Math.min(...parts.map(({ least }) => least)), most: Math.max(...parts.map(({ most }) => most)) };
  }
  if ('not' in rule || rule.measure !== measure) return { least: 0, most: Infinity };
  return {
    least: rule.is === 'at-most' ? 0 : rule.value,
    most: rule.withinDays !== null || rule.is === 'at-least' ? Infinity : rule.value,
  };
}

/** Few alternatives, short windows, much of it: what fewest members have. */
function byPreference(a: readonly Condition[], b: readonly Condition[]): number {
  const longest = (demands: readonly Condition[]): number =>
    Math.max(...demands.map(({ withinDays }) => withinDays ?? Infinity));
  const least = (demands: readonly Condition[]): number => Math.min(...demands.map(({ value }) => value));
  const [ofA, ofB] = [longest(a), longest(b)];
  return a.length - b.length || (ofA === ofB ? least(b) - least(a) : ofA - ofB);
}
