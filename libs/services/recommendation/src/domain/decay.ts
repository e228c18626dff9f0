const DAY_MS = 86_400_000;

/** What something of that age still weighs: 1 now, a half after each half-life. What is dated ahead weighs as if it were now. */
export function decayed(ageMs: number, halfLifeDays: number): number {
  return 2 ** (-Math.max(0, ageMs) / (halfLifeDays * DAY_MS));
}

/** A sum without bound as a share between 0 and 1. */
export const saturated = (sum: number): number => sum / (1 + sum);

const LANDMARK_DAY = Date.UTC(2000, 0, 1) / DAY_MS;
const FRACTION_BITS = 10n;

/**
 * Forward decay (Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009): what something of that day (since 1970) weighs beside all other days,
 * about 2^((day - landmark) / half-life) in units of 2^-10. Whole numbers: sums of them do not depend on the order, and lose nothing
 * when a part is taken away again. 0 for what is more than ten half-lives before 2000.
 */
export function forwardWeight(day: number, halfLifeDays: number): bigint {
  const halvings = (day - LANDMARK_DAY) / halfLifeDays;
  const whole = Math.floor(halvings);
  const mantissa = BigInt(Math.round(2 ** (halvings - whole) * Number(1n << FRACTION_BITS)));
  return whole >= 0 ? mantissa << BigInt(whole) : mantissa >> BigInt(-whole);
}
