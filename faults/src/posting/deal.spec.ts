import { dealer } from './deal.js';
import { seeded } from './seeded.js';

describe('what is dealt', () => {
  it('comes once before any comes again, in another order each time', () => {
    const next = dealer(['a', 'b', 'c', 'd'], seeded(1));
    const rounds = Array.from({ length: 20 }, () => [next(), next(), next(), next()].join(''));
    for (const round of rounds) expect([...round].sort().join('')).toBe('abcd');
    expect(new Set(rounds).size).toBeGreaterThan(1);
  });
});
