import { factsOff } from './verdict.js';

describe('facts that are off', () => {
  it('are those that the books do not show, and those that they show too many', () => {
    const source = { purchases: 10, refundEvents: 3 };
    expect(factsOff({ source, purchases: 10, refunds: 3 })).toEqual({ lost: 0, above: 0 });
    expect(factsOff({ source, purchases: 8, refunds: 4 })).toEqual({ lost: 2, above: 1 });
  });
});
