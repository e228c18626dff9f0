import { defaultProgram, programPublished } from './program-published.js';

const first = defaultProgram('EUR');
const later = { ...first, version: 2, inForceFrom: '2026-01-01T00:00:00.000Z' };
const [basic, silver, gold] = first.tiers;

describe('program.published', () => {
  it.each(['EUR', 'JPY', 'KWD'])('takes the default program in %s', (currency) => {
    expect(programPublished.parse(defaultProgram(currency))).toEqual({ ok: true, data: defaultProgram(currency) });
  });

  it.each([
    ['a later version', {}],
    ['a zone with daylight saving', { timeZone: 'Europe/Berlin' }],
    ['a single tier', { tiers: [basic] }],
    ['no points at all', { rate: 0 }],
    ['another rounding', { rounding: 'half-up' }],
  ])('takes %s', (_, change) => {
    expect(programPublished.parse({ ...later, ...change })).toEqual({ ok: true, data: { ...later, ...change } });
  });

  it.each([
    [{ ...first, inForceFrom: later.inForceFrom }, 'inForceFrom: must be null for version 1'],
    [{ ...later, inForceFrom: null }, 'inForceFrom: must be an instant: only version 1 has null'],
    [{ ...later, version: 0 }, 'version: must be at least 1'],
    [{ ...later, currency: 'XTS' }, 'currency: must be an active ISO 4217 currency code, like EUR'],
    [{ ...later, timeZone: 'Mars/Olympus' }, 'timeZone: must be an IANA time zone, like Europe/Berlin'],
    [{ ...later, timeZone: '+01:00' }, 'timeZone: must be an IANA time zone, like Europe/Berlin'],
    [
      { ...later, rate: 1_000_000, currency: 'JPY' },
      'rate: must be lower: the largest purchases would earn more points than are counted exactly',
    ],
    [{ ...later, rate: 1.5 }, 'rate: must be a whole number'],
    [{ ...later, rate: -1 }, 'rate: must be at least 0'],
    [{ ...later, rounding: 'up' }, 'rounding: must be "floor" or "half-up" or "ceil"'],
    [{ ...later, lotMonths: 0 }, 'lotMonths: must be at least 1'],
    [{ ...later, tierWindowDays: 0 }, 'tierWindowDays: must be at least 1'],
    [{ ...later, tiers: [] }, 'tiers: must be at least 1 entries'],
    [{ ...later, tiers: [silver] }, 'tiers[0].fromMinor: must be 0 for the first tier'],
    [{ ...later, tiers: [basic, gold, silver] }, 'tiers[2].fromMinor: must be more than that of the tier before'],
    [
      { ...later, tiers: [basic, { ...silver, fromMinor: 0 }] },
      'tiers[1].fromMinor: must be more than that of the tier before',
    ],
    [{ ...later, tiers: [basic, { ...silver, tier: 'basic' }] }, 'tiers[1].tier: must be unique within the program'],
    [{ ...later, tiers: [{ ...basic, priceFactor: 101 }] }, 'tiers[0].priceFactor: must be at most 100'],
    [{ ...later, tiers: [{ ...basic, multiplier: 1.5 }] }, 'tiers[0].multiplier: must be a whole number'],
  ])('refuses %j', (program, issue) => {
    expect(programPublished.parse(program)).toEqual({ ok: false, issues: [issue] });
  });

  it('is a fact of its version, all under one key', () => {
    if (programPublished.identity.kind !== 'fact') throw new Error('unexpected');
    expect(programPublished.identity.of(first)).toBe('1');
    expect(programPublished.key(first)).toBe('program');
  });
});
