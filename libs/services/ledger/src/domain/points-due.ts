import { LedgerInvariantBroken, PointsOutOfRange } from './errors.js';

export type Rounding = 'floor' | 'half-up' | 'ceil';

/** Rate and multiplier in hundredths: 150 is 1.5 points a currency unit. Integers, because 100 x 1.15 is 114.99 in floats. */
export type Earning = Readonly<{
  netMinor: number;
  /** Decimal places of the currency by ISO 4217. */
  exponent: number;
  rate: number;
  multiplier: number;
  rounding: Rounding;
}>;

/**
 * Points that a purchase is worth: its net amount in currency units, times rate and multiplier, rounded once (domain.md, section 2).
 * Depends on nothing but the purchase's own facts, so the order in which they arrived cannot matter.
 * Throws LedgerInvariantBroken where a factor is no safe integer from 0 on, PointsOutOfRange where the points would not be one.
 */
export function pointsDue({ netMinor, exponent, rate, multiplier, rounding }: Earning): number {
  assertFactor('netMinor', netMinor);
  assertFactor('exponent', exponent);
  assertFactor('rate', rate);
  assertFactor('multiplier', multiplier);
  return (
    pointsOfSmall(netMinor * rate * multiplier, exponent, rounding) ??
    pointsOfAny({ netMinor, exponent, rate, multiplier, rounding })
  );
}

function assertFactor(what: string, factor: number): void {
  if (!Number.isSafeInteger(factor) || factor < 0) throw new LedgerInvariantBroken(what, factor);
}

/** The same by plain numbers, many times as fast, where all of them are safe integers: nearly always. */
function pointsOfSmall(product: number, exponent: number, rounding: Rounding): number | undefined {
  const scale = 10 ** exponent * 10_000;
  const raised = product + (rounding === 'ceil' ? scale - 1 : rounding === 'half-up' ? scale / 2 : 0);
  if (!Number.isSafeInteger(raised) || !Number.isSafeInteger(product) || !Number.isSafeInteger(scale)) return undefined;
  return (raised - (raised % scale)) / scale;
}

function pointsOfAny({ netMinor, exponent, rate, multiplier, rounding }: Earning): number {
  const scale = 10n ** BigInt(exponent) * 10_000n;
  const points = (BigInt(netMinor) * BigInt(rate) * BigInt(multiplier) + raisedBy(rounding, scale)) / scale;
  if (points > BigInt(Number.MAX_SAFE_INTEGER)) throw new PointsOutOfRange(points);
  return Number(points);
}

/** What to add before an integer division rounds down. The scale is even, so half of it is exact. */
function raisedBy(rounding: Rounding, scale: bigint): bigint {
  if (rounding === 'ceil') return scale - 1n;
  return rounding === 'half-up' ? scale / 2n : 0n;
}
