import { z } from 'zod';
import { currencyExponent, isCurrency } from '../currency.js';
import { currency, defineEvent, hundredths, instant, MINOR_UNITS_MAX, minorUnits, name } from '../define-event.js';
import type { EventOf } from '../define-event.js';

const tier = z.object({
  tier: name(64).describe('Name of the tier, unique within the program'),
  fromMinor: minorUnits.describe(
    'Spend in the window from which a member has the tier, in minor units of the currency',
  ),
  multiplier: hundredths.describe('Factor on points earned, in hundredths: 150 earns 1.5 times'),
  priceFactor: z.int().min(0).max(100).describe('Factor on prices, in hundredths: 95 pays 0.95 of the price'),
});

type Problem = Readonly<{ path: (string | number)[]; message: string }>;

function tierProblems(tiers: readonly z.output<typeof tier>[]): Problem[] {
  const problems: Problem[] = [];
  const names = new Set<string>();
  tiers.forEach((entry, index) => {
    const below = tiers[index - 1];
    if (!below && entry.fromMinor !== 0) {
      problems.push({ path: ['tiers', index, 'fromMinor'], message: 'must be 0 for the first tier' });
    }
    if (below && entry.fromMinor <= below.fromMinor) {
      problems.push({ path: ['tiers', index, 'fromMinor'], message: 'must be more than that of the tier before' });
    }
    if (names.has(entry.tier)) {
      problems.push({ path: ['tiers', index, 'tier'], message: 'must be unique within the program' });
    }
    names.add(entry.tier);
  });
  return problems;
}

/** The dearest purchase there can be must earn a number of points that is held exactly. */
function earnsTooMuch({
  rate,
  currency: code,
  tiers,
}: {
  rate: number;
  currency: string;
  tiers: readonly z.output<typeof tier>[];
}): boolean {
  const multiplier = Math.max(...tiers.map((entry) => entry.multiplier));
  const points =
    (BigInt(MINOR_UNITS_MAX) * BigInt(rate) * BigInt(multiplier)) / (10n ** BigInt(currencyExponent(code)) * 10_000n);
  return points > BigInt(Number.MAX_SAFE_INTEGER) / 1_000n;
}

function isTimeZone(zone: string): boolean {
  try {
    // Bare offsets have no daylight saving, and only some runtimes take them.
    return !/^[+-]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/** The rules of the program. A purchase goes by the version in force at its purchasedAt; the first is in force from the beginning of time. */
export const programPublished = defineEvent({
  topic: 'program.published',
  version: 1,
  producer: 'membership',
  summary: 'A version of the rules of the program: currency, rate, expiry, tiers.',
  key: () => 'program',
  identity: { kind: 'fact', of: (program) => String(program.version) },
  keep: 'forever',
  data: z
    .object({
      version: z.int().min(1).describe('Number of the version, from 1'),
      inForceFrom: instant
        .nullable()
        .describe('From when it is in force, ISO 8601 with zone; null, for version 1 alone, is the beginning of time'),
      currency,
      timeZone: name(64).describe("The program's IANA time zone, by which its calendar goes"),
      rate: hundredths.describe('Points per currency unit, in hundredths: 100 earns one point a unit'),
      rounding: z.enum(['floor', 'half-up', 'ceil']).describe('How the points of a purchase become a whole number'),
      lotMonths: z.int().min(1).max(1_200).describe('Calendar months after which points expire'),
      tierWindowDays: z.int().min(1).max(36_500).describe('Days, of 24 hours, of spend that decide the tier'),
      tiers: z.array(tier).min(1).max(100).describe('Tiers by rising threshold, the first from 0'),
    })
    .check(({ value, issues }) => {
      const problems = tierProblems(value.tiers);
      if (value.version === 1 && value.inForceFrom !== null) {
        problems.push({ path: ['inForceFrom'], message: 'must be null for version 1' });
      }
      if (value.version !== 1 && value.inForceFrom === null) {
        problems.push({ path: ['inForceFrom'], message: 'must be an instant: only version 1 has null' });
      }
      if (isCurrency(value.currency) && value.tiers.length > 0 && earnsTooMuch(value)) {
        problems.push({
          path: ['rate'],
          message: 'must be lower: the largest purchases would earn more points than are counted exactly',
        });
      }
      if (!isTimeZone(value.timeZone)) {
        problems.push({ path: ['timeZone'], message: 'must be an IANA time zone, like Europe/Berlin' });
      }
      issues.push(...problems.map((problem) => ({ code: 'custom' as const, input: value, ...problem })));
    }),
});

export type ProgramPublished = EventOf<typeof programPublished>;
export type ProgramTier = ProgramPublished['tiers'][number];

/** Version 1 of the program as a new deployment starts with it; an operator may publish others. */
export function defaultProgram(currencyCode: string): ProgramPublished {
  return {
    version: 1,
    inForceFrom: null,
    currency: currencyCode,
    timeZone: 'UTC',
    rate: 100,
    rounding: 'floor',
    lotMonths: 24,
    tierWindowDays: 365,
    tiers: [
      { tier: 'basic', fromMinor: 0, multiplier: 100, priceFactor: 100 },
      { tier: 'silver', fromMinor: 50_000, multiplier: 200, priceFactor: 95 },
      { tier: 'gold', fromMinor: 200_000, multiplier: 500, priceFactor: 90 },
    ],
  };
}
