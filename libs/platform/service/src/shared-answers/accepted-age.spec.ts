import { acceptedAgeMs } from './accepted-age.js';

describe('the age that a request accepts', () => {
  it.each([
    [undefined, 0],
    ['', 0],
    ['max-age=0', 0],
    ['max-age=5', 5_000],
    ['Max-Age="7"', 7_000],
    ['no-transform, max-age=1', 1_000],
    ['max-age=86400', 60_000],
    ['max-age=9999999999', 60_000],
    ['max-age=5, no-cache', 0],
    ['no-store, max-age=5', 0],
    ['max-age=5, max-age=9', 0],
    ['max-age=-5', 0],
    ['max-age=1e3', 0],
    ['max-stale=5', 0],
    ['s-maxage=5', 0],
  ])('of Cache-Control %p is %p ms', (header, ms) => {
    expect(acceptedAgeMs(header)).toBe(ms);
  });
});
