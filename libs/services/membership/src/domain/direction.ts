import type { TierRules } from './tier-history.js';

export type Direction = 'up' | 'down' | 'rewritten';

/**
 * Whether the tier told before and the one of today stand apart, judged by their thresholds in the newest version of the program that
 * names them. `rewritten`: only the past changed, or a tier has a new name, and nobody is congratulated on that.
 */
export function directionOf(before: string, today: string, rules: readonly TierRules[]): Direction {
  const difference = thresholdOf(today, rules) - thresholdOf(before, rules);
  if (before === today || difference === 0) return 'rewritten';
  return difference > 0 ? 'up' : 'down';
}

function thresholdOf(tier: string, rules: readonly TierRules[]): number {
  const naming = rules.findLast(({ tiers }) => tiers.some((one) => one.tier === tier));
  return naming?.tiers.find((one) => one.tier === tier)?.fromMinor ?? 0;
}
