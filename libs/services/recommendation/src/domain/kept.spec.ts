import { isFresh } from './kept.js';

const NOW = new Date('2026-06-20T12:00:00.000Z');
const MINUTE = 60_000;
const counted = (minutesAgo: number) => new Date(NOW.getTime() - minutesAgo * MINUTE);

describe('kept neighbours', () => {
  it.each([
    { baskets: 10, changes: 0, minutes: 0, fresh: true },
    { baskets: 10, changes: 0, minutes: 24 * 60 - 1, fresh: true },
    { baskets: 10, changes: 0, minutes: 24 * 60, fresh: false },
    { baskets: 10, changes: 9, minutes: 4.9, fresh: true },
    { baskets: 10, changes: 10, minutes: 0, fresh: false },
    { baskets: 10, changes: 1, minutes: 5, fresh: false },
    { baskets: 1, changes: 1, minutes: 0, fresh: false },
    { baskets: 0, changes: 1, minutes: 0, fresh: false },
  ])('with $changes changes of $baskets, $minutes min old: $fresh', ({ baskets, changes, minutes, fresh }) => {
    expect(isFresh({ baskets, changes, countedAt: counted(minutes) }, NOW)).toBe(fresh);
  });
});
