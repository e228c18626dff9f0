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

/** The most that a member may ever have had for the rule to hold; infinity where it sets no limit. Only a refund brings a member back below it. */
export function limitOf(rule: Rule, measure: Condition['measure']): number {
  if ('all' in rule) return Math.min(...rule.all.map((part) => limitOf(part, measure)));
  if ('any' in rule) return Math.max(...rule.any.map((part) => limitOf(part, measure)));
  if ('not' in rule || rule.measure !== measure || rule.withinDays !== null || rule.is === 'at-least') return Infinity;
  return rule.value;
}

/** Few alternatives, short windows, much of it: what fewest members have. */
function byPreference(a: readonly Condition[], b: readonly Condition[]): number {
  const longest = (demands: readonly Condition[]): number =>
    Math.max(...demands.map(({ withinDays }) => withinDays ?? Infinity));
  const least = (demands: readonly Condition[]): number => Math.min(...demands.map(({ value }) => value));
  const [ofA, ofB] = [longest(a), longest(b)];
  return a.length - b.length || (ofA === ofB ? least(b) - least(a) : ofA - ofB);
}
