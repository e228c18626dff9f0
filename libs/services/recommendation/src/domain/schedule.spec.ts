import { isRested, soonest } from './schedule.js';

const now = new Date('2026-06-01T00:00:00.000Z');
const before = (ms: number): Date => new Date(now.getTime() - ms);

describe('when a list may be made', () => {
  it('is at once, unless one was announced within ten seconds', () => {
    expect(soonest(null, now)).toEqual(before(-1));
    expect(soonest(before(60_000), now)).toEqual(before(-1));
    expect(soonest(before(4_000), now)).toEqual(before(-6_000));
  });

  it('is due exactly when the pause is over', () => {
    expect([null, before(10_000), before(9_999)].map((at) => isRested(at, now))).toEqual([true, true, false]);
  });
});
