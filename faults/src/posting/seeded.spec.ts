import { seeded } from './seeded.js';

describe('seeded', () => {
  it('gives the same numbers for a seed, others for another, all within [0, 1)', () => {
    const take = (seed: number): number[] => Array.from({ length: 100 }, seeded(seed));
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    for (const value of take(7)) expect(value >= 0 && value < 1).toBe(true);
  });
});
