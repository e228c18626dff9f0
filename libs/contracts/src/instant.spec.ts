import fc from 'fast-check';
import { readInstant } from './instant.js';

describe('readInstant', () => {
  it.each([
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01t09:30:00z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00+01:00', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01T00:30:00+05:45', '2026-02-28T18:45:00.000Z'],
    ['2026-12-31T20:00:00-08', '2027-01-01T04:00:00.000Z'],
    ['2026-03-01T09:30:00-0330', '2026-03-01T13:00:00.000Z'],
    ['2026-03-01T09:30:00.5Z', '2026-03-01T09:30:00.500Z'],
    ['2026-03-01T09:30:00,25Z', '2026-03-01T09:30:00.250Z'],
    ['2026-03-01T09:30:00.123999Z', '2026-03-01T09:30:00.123Z'],
    ['2026-03-01T09:30:59.999999999+00:00', '2026-03-01T09:30:59.999Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('reads %s as %s', (text, instant) => {
    expect(readInstant(text)).toEqual({ ok: true, instant });
  });

  it.each([
    ['2026-02-30T00:00:00Z', 'does not exist'],
    ['2026-02-29T00:00:00Z', 'does not exist'],
    ['2026-13-01T00:00:00Z', 'does not exist'],
    ['2026-00-10T00:00:00Z', 'does not exist'],
    ['2026-03-01T24:00:00Z', 'does not exist'],
    ['2026-03-01T09:60:00Z', 'does not exist'],
    ['2026-12-31T23:59:60Z', 'does not exist'],
    ['2026-03-01T09:30:00+24:00', 'zone'],
    ['2026-03-01T09:30:00+01:60', 'zone'],
    ['0000-01-01T00:00:00+01:00', 'years'],
    ['9999-12-31T23:59:59-01:00', 'years'],
    ['2026-03-01T09:30:00', 'zone'],
    ['2026-03-01', 'ISO 8601'],
    ['2026-3-1T09:30:00Z', 'ISO 8601'],
    ['01.03.2026 09:30', 'ISO 8601'],
    [' 2026-03-01T09:30:00Z', 'ISO 8601'],
    ['2026-03-01T09:30:00Z\n', 'ISO 8601'],
    ['1772357400000', 'ISO 8601'],
    ['', 'ISO 8601'],
  ])('refuses %j, saying %j', (text, reason) => {
    expect(readInstant(text)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('gives the same instant from every zone, and takes its own result again unchanged', () => {
    const anyInstant = fc.date({
      min: new Date('0001-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(anyInstant, fc.integer({ min: -1439, max: 1439 }), (at, zoneMinutes) => {
        const local = new Date(at.getTime() + zoneMinutes * 60_000).toISOString().slice(0, -1);
        const zone = `${String(Math.floor(Math.abs(zoneMinutes) / 60)).padStart(2, '0')}:${String(Math.abs(zoneMinutes) % 60).padStart(2, '0')}`;
        const expected = { ok: true, instant: at.toISOString() };

        expect(readInstant(`${local}789${zoneMinutes < 0 ? '-' : '+'}${zone}`)).toEqual(expected);
        expect(readInstant(at.toISOString())).toEqual(expected);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof readInstant(text).ok === 'boolean'));
  });
});
