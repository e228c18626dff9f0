import fc from 'fast-check';
import { lotExpiry } from './lot-expiry.js';

const expiry = (purchasedAt: string, months: number, timeZone: string): string =>
  lotExpiry(new Date(purchasedAt), months, timeZone).toISOString();

describe('expiry of a lot', () => {
  it.each([
    ['24 months on', '2026-03-15T10:20:30.456Z', 24, 'UTC', '2028-03-15T10:20:30.456Z'],
    ['a leap day', '2024-02-29T10:00:00.000Z', 24, 'UTC', '2026-02-28T10:00:00.000Z'],
    ['a leap day to a leap day', '2024-02-29T10:00:00.000Z', 48, 'UTC', '2028-02-29T10:00:00.000Z'],
    ['end of a long month', '2025-08-31T00:00:00.000Z', 6, 'UTC', '2026-02-28T00:00:00.000Z'],
    ['over the year', '2025-12-31T23:59:59.999Z', 2, 'UTC', '2026-02-28T23:59:59.999Z'],
    ['from winter to summer time', '2026-01-15T11:00:00.000Z', 6, 'Europe/Berlin', '2026-07-15T10:00:00.000Z'],
    ['the day in the zone, not in UTC', '2026-01-30T23:30:00.000Z', 1, 'Europe/Berlin', '2026-02-27T23:30:00.000Z'],
    ['a zone far ahead', '2026-01-31T11:00:00.000Z', 1, 'Pacific/Auckland', '2026-02-28T11:00:00.000Z'],
    ['an hour that is skipped', '2026-02-28T01:30:00.000Z', 1, 'Europe/Berlin', '2026-03-28T01:30:00.000Z'],
    ['02:30 of the day without one', '2026-01-29T01:30:00.000Z', 2, 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['02:30 of the day with two', '2026-09-25T00:30:00.000Z', 1, 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['skipped in the west', '2026-02-08T07:30:00.000Z', 1, 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['twice in the west', '2026-10-01T05:30:00.000Z', 1, 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['an odd offset', '2026-01-31T20:00:00.000Z', 1, 'Asia/Kathmandu', '2026-02-28T20:00:00.000Z'],
    ['a very old one', '0050-01-31T12:00:00.000Z', 1, 'Europe/Berlin', '0050-02-28T12:00:00.000Z'],
    ['before 1970', '1969-12-31T23:59:59.999Z', 2, 'Europe/London', '1970-02-28T23:59:59.999Z'],
  ])('%s', (_what, purchasedAt, months, timeZone, expected) => {
    expect(expiry(purchasedAt, months, timeZone)).toBe(expected);
  });

  it('lies as many months ahead as it should, whatever the zone', () => {
    const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 60 }), zone, (purchasedAt, months, timeZone) => {
        const days = (lotExpiry(purchasedAt, months, timeZone).getTime() - purchasedAt.getTime()) / 86_400_000;

        expect(days).toBeGreaterThan(months * 30.4 - 5);
        expect(days).toBeLessThan(months * 30.5 + 5);
      }),
    );
  });
});
