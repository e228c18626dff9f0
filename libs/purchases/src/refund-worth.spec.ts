import fc from 'fast-check';
import { refundWorth, type PurchaseLine } from './refund-worth.js';

const lines: readonly PurchaseLine[] = [
  { quantity: 3, unitPriceMinor: 100, discountMinor: 50 },
  { quantity: 1, unitPriceMinor: 999 },
];

describe('worth of a refund', () => {
  it('is the total for a whole one and its own amount for one by amount, were it more than the total', () => {
    expect(refundWorth({ whole: true }, { totalMinor: 1_234, lines: [] })).toBe(1_234);
    expect(refundWorth({ amountMinor: 5_000 }, { totalMinor: 1_234, lines })).toBe(5_000);
    expect(refundWorth({ amountMinor: 0 }, { totalMinor: 0, lines: [] })).toBe(0);
  });

  it('rounds each line down by itself', () => {
    // (3 x 100 - 50) / 3 = 83.33 a unit
    expect(refundWorth({ lines: [{ line: 1, quantity: 1 }] }, { totalMinor: 0, lines })).toBe(83);
    expect(refundWorth({ lines: [{ line: 1, quantity: 3 }] }, { totalMinor: 0, lines })).toBe(250);
    const twice = [1, 1].map((line) => ({ line, quantity: 1 }));
    expect(refundWorth({ lines: [...twice, { line: 2, quantity: 1 }] }, { totalMinor: 0, lines })).toBe(83 + 83 + 999);
  });

  it('agrees with the formula for any line', () => {
    const some = fc.integer({ min: 1, max: 1_000 });
    fc.assert(
      fc.property(
        some,
        some,
        some,
        fc.integer({ min: 0, max: 1_000 }),
        (quantity, bought, unitPriceMinor, discount) => {
          const discountMinor = Math.min(discount, bought * unitPriceMinor);
          const purchase = { totalMinor: 0, lines: [{ quantity: bought, unitPriceMinor, discountMinor }] };

          expect(refundWorth({ lines: [{ line: 1, quantity }] }, purchase)).toBe(
            Math.floor((quantity * (bought * unitPriceMinor - discountMinor)) / bought),
          );
        },
      ),
    );
  });

  it('is refused for a line that the purchase does not have', () => {
    const unknown = (line: number): unknown =>
      refundWorth({ lines: [{ line, quantity: 1 }] }, { totalMinor: 9, lines });

    expect(unknown(3)).toEqual({ refused: 'unknown-line', line: 3 });
    expect(unknown(0)).toEqual({ refused: 'unknown-line', line: 0 });
  });

  it('stays a safe integer: a line discounted below zero is worth 0, one beyond the largest is cut to it', () => {
    const huge = [{ quantity: 1, unitPriceMinor: Number.MAX_SAFE_INTEGER }];
    expect(refundWorth({ lines: [{ line: 1, quantity: 7 }] }, { totalMinor: 1, lines: huge })).toBe(
      Number.MAX_SAFE_INTEGER,
    );
    const overDiscounted = [{ quantity: 1, unitPriceMinor: 5, discountMinor: 9 }];
    expect(refundWorth({ lines: [{ line: 1, quantity: 1 }] }, { totalMinor: 1, lines: overDiscounted })).toBe(0);
  });
});
