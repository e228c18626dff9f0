import type { Measured } from './benchmark.js';
import { doubtsOf, figuresOf, median, type Round } from './figures.js';

const side = (rate: number, some: Partial<Measured> = {}): Measured => ({
  count: rate * 10,
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

describe('figures', () => {
  it('are medians, and the ratio is that of the rounds, not of the medians', () => {
    const figures = figuresOf([round(100, 10), round(30, 1), round(50, 10)], 2);

    expect(figures).toMatchObject({ ours: 50, beside: 10, ratio: 10 });
    expect(figures.spread).toEqual({
      ours: { min: 30, max: 100 },
      beside: { min: 1, max: 10 },
      ratio: { min: 5, max: 30 },
    });
  });

  it('tell which share of the machine the load generator took', () => {
    const busy = { ours: side(1, { generatorCpuSeconds: 6 }), beside: side(1, { generatorCpuSeconds: 4 }) };

    expect(figuresOf([busy], 2).generatorCpuShare).toBeCloseTo(0.25);
  });

  it('name the round and the side of what is wrong', () => {
    const lossy = { ours: side(1), beside: side(1, { wrong: ['3 are missing'] }) };

    expect(figuresOf([round(1, 1), lossy], 2).wrong).toEqual(['round 2, beside: 3 are missing']);
  });

  it('are refused where no time passed', () => {
    expect(() => figuresOf([{ ours: side(1), beside: side(1, { seconds: 0 }) }], 2)).toThrow(RangeError);
  });
});

describe('a benchmark holds', () => {
  const measured = { bar: 20, rounds: 5, seconds: 10 };

  it('at its bar', () => expect(doubtsOf({ ratio: 20, wrong: [] }, measured)).toEqual([]));

  it.each([
    ['not below its bar', { ratio: 19.99, wrong: [] }, measured, 'below the bar'],
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
