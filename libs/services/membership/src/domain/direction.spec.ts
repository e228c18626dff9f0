import { directionOf } from './direction.js';
import type { TierRules } from './tier-history.js';

describe('the direction of a tier change', () => {
  const version = (...tiers: [tier: string, fromMinor: number][]): TierRules => ({
    inForceFrom: null,
    windowDays: 365,
    tiers: tiers.map(([tier, fromMinor]) => ({ tier, fromMinor })),
  });
  const first = version(['basic', 0], ['silver', 500], ['gold', 2_000]);

  it('is up or down by the threshold, and rewritten where only the past changed', () => {
    expect(directionOf('basic', 'gold', [first])).toBe('up');
    expect(directionOf('gold', 'silver', [first])).toBe('down');
    expect(directionOf('silver', 'silver', [first])).toBe('rewritten');
  });

  it('takes thresholds from the newest version that names the tier', () => {
    const second = version(['bronze', 0], ['silver', 3_000], ['gold', 4_000]);

    expect(directionOf('basic', 'bronze', [first, second])).toBe('rewritten');
    expect(directionOf('basic', 'silver', [first, second])).toBe('up');
    expect(directionOf('gold', 'bronze', [first, second])).toBe('down');
  });
});
