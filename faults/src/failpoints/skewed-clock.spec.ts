import { skewClock } from './skewed-clock.js';

const TEN_MINUTES = 600_000;

describe('a clock that is ahead', () => {
  const real = Date;
  beforeEach(() => skewClock(TEN_MINUTES));
  afterEach(() => {
    globalThis.Date = real;
  });

  it('tells another time of day, by each of the ways to ask', () => {
    expect(Date.now() - real.now()).toBeGreaterThanOrEqual(TEN_MINUTES);
    expect(new Date().getTime() - real.now()).toBeGreaterThanOrEqual(TEN_MINUTES);
    expect(Date.now() - real.now()).toBeLessThan(TEN_MINUTES + 1_000);
  });

  it('leaves instants that are named as they are', () => {
    expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
    expect(Date.parse('1970-01-01T00:00:01Z')).toBe(1_000);
    expect(Date.UTC(1970, 0, 1)).toBe(0);
    expect(new real(0)).toBeInstanceOf(Date);
    expect(new Date(0)).toBeInstanceOf(real);
  });
});
