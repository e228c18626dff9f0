import { keepsRising } from './rising.js';

describe('values that keep rising', () => {
  it('are each above the one before', () => expect(keepsRising([100, 102, 103, 106])).toBe(true));

  it.each([
    ['fall once', [100, 102, 101, 120]],
    ['rise by next to nothing', [100, 101, 102, 103]],
    ['are too few to say', [100, 120]],
  ])('are not those that %s', (_, values) => expect(keepsRising(values)).toBe(false));
});
