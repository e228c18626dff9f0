import type { Measured } from './benchmark.js';
import { doubtsOf, figuresOf, median, microsecondsEach, perSecond, quantile, type Round } from './figures.js';

const least = { least: 20 };
const side = (rate: number, some: Partial<Measured> = {}): Measured => ({
  value: rate,
  seconds: 10,
  generatorCpuSeconds: 0,
  wrong: [],
  ...some,
});
const round = (ours: number, beside: number): Round => ({ ours: side(ours), beside: side(beside) });

describe('median', () => {
  it('is the middle one, whatever the order', () => expect(median([9, 1, 5])).toBe(5));
  it('lies between the two middle ones', () => expect(median([4, 1, 2, 100])).toBe(3));
  it('is refused of nothing', () => expect(() => median([])).toThrow(RangeError));
});

describe('quantile', () => {
  it('is the value that so many are not above', () => {
    expect(
      quantile(
        Array.from({ length: 101 }, (_, at) => 100 - at),
        0.99,
      ),
    ).toBe(99);
  });
  it('lies between its neighbours', () => expect(quantile([10, 20], 0.75)).toBe(17.5));
});

describe('what was counted', () => {
  it('comes to so many a second', () => expect(perSecond({ count: 50, seconds: 10 })).toBe(5));
  it('comes to so many microseconds each', () => expect(microsecondsEach({ count: 50, seconds: 10 })).toBe(200_000));
  it('is refused where nothing was', () => {
    expect(() => perSecond({ count: 1, seconds: 0 })).toThrow(RangeError);
    expect(() => microsecondsEach({ count: 0, seconds: 1 })).toThrow(RangeError);
  });
});

describe('figures', () => {
  it('are medians, and the ratio is that of the rounds, not of the medians', () => {
    const figures = figuresOf([round(100, 10), round(30, 1), round(50, 10)], least, 2);

    expect(figures).toMatchObject({ ours: 50, beside: 10, ratio: 10 });
    expect(figures.spread).toEqual({
      ours: { min: 30, max: 100 },
      beside: { min: 1, max: 10 },
      ratio: { min: 5, max: 30 },
    });
  });

  it('tell which share of the machine the load generator took', () => {
    const busy = { ours: side(1, { generatorCpuSeconds: 6 }), beside: side(1, { generatorCpuSeconds: 4 }) };

    expect(figuresOf([busy], least, 2).generatorCpuShare).toBeCloseTo(0.25);
  });

  it('name the round and the side of what is wrong', () => {
    const lossy = { ours: side(1), beside: side(1, { wrong: ['3 are missing'] }) };

    expect(figuresOf([round(1, 1), lossy], least, 2).wrong).toEqual(['round 2, beside: 3 are missing']);
  });

  const twoParts = (ours: number, beside: number): Round => ({
    ours: side(9, { parts: { a: ours, b: 6 } }),
    beside: side(9, { parts: { a: beside, b: 3 } }),
  });

  it('are held by their worst part, which is that of the highest ratio where less is better', () => {
    expect(figuresOf([twoParts(9, 3)], { most: 1.3 }, 2)).toMatchObject({
      ours: 9,
      ratio: 3,
      parts: { b: { ratio: 2 } },
    });
    expect(figuresOf([twoParts(9, 3)], least, 2).ratio).toBe(2);
  });

  it('are refused where a part was not measured in every round', () => {
    expect(() => figuresOf([twoParts(9, 3), round(1, 1)], least, 2)).toThrow(RangeError);
  });
});

describe('a benchmark holds', () => {
  const measured = { bar: least, rounds: 5, seconds: 10 };

  const atMost = { ...measured, bar: { most: 1.3 } };

  it('at its bar', () => {
    expect(doubtsOf({ ratio: 20, wrong: [] }, measured)).toEqual([]);
    expect(doubtsOf({ ratio: 1.3, wrong: [] }, atMost)).toEqual([]);
  });

  it('at any ratio where there is no bar', () => {
    expect(doubtsOf({ ratio: 0.1, wrong: [] }, { ...measured, bar: null })).toEqual([]);
  });

  it.each([
    ['not below its bar', { ratio: 19.99, wrong: [] }, measured, 'below the bar'],
    ['not above its bar, where that is the most', { ratio: 1.31, wrong: [] }, atMost, 'above the bar'],
    ['not below the seconds that it needs', { ratio: 99, wrong: [] }, { ...measured, secondsMin: 300 }, 'too short'],
    ['not with a wrong result, however fast', { ratio: 99, wrong: ['round 1, ours: x'] }, measured, 'round 1, ours: x'],
    ['not with four rounds', { ratio: 99, wrong: [] }, { ...measured, rounds: 4 }, 'too few'],
    ['not with short rounds', { ratio: 99, wrong: [] }, { ...measured, seconds: 9 }, 'too short'],
  ])('%s', (_, figures, options, doubt) => {
    expect(doubtsOf(figures, options)).toEqual([expect.stringContaining(doubt)]);
  });

  it('not where the ratio is no number', () => {
    expect(doubtsOf({ ratio: Number.NaN, wrong: [] }, measured)).toHaveLength(1);
  });
});
