import { outOfBounds } from './answer-bounds.js';

const fresh = [
  { askedAt: 0, answeredAt: 10, figure: 1 },
  { askedAt: 1_000, answeredAt: 1_010, figure: 2 },
  { askedAt: 5_000, answeredAt: 5_010, figure: 9 },
];
const shared = (askedAt: number, figure: number) => ({ askedAt, answeredAt: askedAt + 10, acceptedMs: 1_000, figure });

describe('a shared answer', () => {
  it('may show anything that was so in the time from which it may be', () => {
    for (const figure of [1, 2, 5, 9]) expect(outOfBounds(fresh, [shared(1_500, figure)])).toEqual([]);
    expect(outOfBounds(fresh, [shared(2_100, 2)])).toEqual([]);
  });

  it('may show nothing that was no longer so, or was not so yet', () => {
    for (const figure of [0, 10]) expect(outOfBounds(fresh, [shared(1_500, figure)])).toHaveLength(1);
    expect(outOfBounds(fresh, [shared(2_100, 1), shared(7_000, 8)])).toHaveLength(2);
  });
});
