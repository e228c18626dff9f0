import fc from 'fast-check';
import { decayed, forwardWeight, saturated } from './decay.js';

const DAY = 86_400_000;
const day = fc.integer({ min: Date.UTC(2000, 0, 1) / DAY, max: Date.UTC(2100, 0, 1) / DAY });

describe('decay', () => {
  it('halves with each half-life, and takes what is dated ahead for now', () => {
    expect([0, 30, 60, -5].map((days) => decayed(days * DAY, 30))).toEqual([1, 0.5, 0.25, 1]);
  });

  it('keeps shares below 1', () => {
    expect([0, 1, 3].map(saturated)).toEqual([0, 0.5, 0.75]);
  });
});

describe('forward decay', () => {
  it('is exactly double a half-life later', () => {
    fc.assert(fc.property(day, (some) => forwardWeight(some + 60, 60) === 2n * forwardWeight(some, 60)));
  });

  it('tells the same ratios as decay from now on back, to a thousandth', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 600 }), (some, later) => {
        const ratio = Number(forwardWeight(some, 60)) / Number(forwardWeight(some + later, 60));
        expect(Math.abs(ratio / decayed(later * DAY, 60) - 1)).toBeLessThan(0.001);
      }),
    );
  });

  it('gives nothing to what lies ages before 2000, and is whole there too', () => {
    expect(forwardWeight(Date.UTC(2000, 0, 1) / DAY, 60)).toBe(1024n);
    expect(forwardWeight(Date.UTC(1999, 0, 1) / DAY, 60)).toBeGreaterThan(0n);
    expect(forwardWeight(Date.UTC(1970, 0, 1) / DAY, 60)).toBe(0n);
    expect(forwardWeight(-719_528, 60)).toBe(0n);
  });
});
