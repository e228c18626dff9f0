import { planTroubles, TROUBLES } from './mail-troubles.js';

describe('the troubles of a mail server', () => {
  it('depend on the seed alone', () => {
    expect(planTroubles(20, 7)).toEqual(planTroubles(20, 7));
    expect(planTroubles(20, 7)).not.toEqual(planTroubles(20, 8));
  });

  it('are as many as asked for, of every kind before any comes again, none right after another', () => {
    for (const seed of [1, 2, 3]) {
      const plan = planTroubles(TROUBLES.length * 2, seed);
      expect(plan.size).toBe(TROUBLES.length * 2);
      expect(new Set([...plan.values()].slice(0, TROUBLES.length)).size).toBe(TROUBLES.length);
      const numbers = [...plan.keys()];
      for (const [index, at] of numbers.entries()) expect(at - (numbers[index - 1] ?? -1)).toBeGreaterThan(1);
    }
  });
});
