import { shiftToNow } from './time-shift.js';

describe('shift to now', () => {
  it.each([
    ['2026-03-01T10:00:00Z', '2026-03-08T09:59:59.999Z', 0],
    ['2026-03-01T10:00:00Z', '2026-03-08T10:00:00.000Z', 7],
    ['2026-03-01T10:00:00Z', '2026-02-28T10:00:00.000Z', -7],
  ])('moves %s towards %s by %d days', (last, now, days) => {
    expect(shiftToNow(new Date(last), new Date(now)) / 86_400_000).toBe(days);
  });
});
