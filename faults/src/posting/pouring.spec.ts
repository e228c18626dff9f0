import { plan } from './pouring.js';

describe('the moments of a run', () => {
  it('depend on the seed alone, lie within the posting and come in order', () => {
    const moments = plan({ injections: 50, seed: 7 }, 1_000);
    expect(moments).toEqual(plan({ injections: 50, seed: 7 }, 1_000));
    expect(moments).not.toEqual(plan({ injections: 50, seed: 8 }, 1_000));
    const after = moments.map(({ afterEvents }) => afterEvents);
    expect(after).toHaveLength(50);
    expect(after).toEqual(after.toSorted((a, b) => a - b));
    expect(after.every((events) => events >= 0 && events < 1_000)).toBe(true);
    expect(moments.every(({ choice }) => choice >= 0 && choice < 1)).toBe(true);
  });
});
