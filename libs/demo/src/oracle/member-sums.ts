import type { OracleProgram, PurchaseFacts, RefundFacts } from './facts.js';

const DAY = 24 * 60 * 60 * 1000;
const YEAR = 365 * DAY;

/** A purchase with what became of it; `at` in epoch milliseconds. */
export type Bought = Readonly<{
  id: string;
  at: number;
  total: number;
  refunds: readonly Readonly<{ at: number; amount: number }>[];
}>;

/** (purchasedAt, purchaseId), ids by their bytes. */
export function inOrder(a: Bought, b: Bought): number {
  return a.at - b.at || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
}

/** Whole: the total. By lines: each line's part of its own price, rounded down. By amount: that. An unknown line makes it worth 0. */
export function refundWorth(refund: RefundFacts, purchase: PurchaseFacts): number {
  if (refund.whole) return purchase.totalMinor;
  if (refund.amountMinor !== undefined) return refund.amountMinor;
  let sum = 0;
  for (const { line, quantity } of refund.lines ?? []) {
    const bought = purchase.lines?.[line - 1];
    if (!bought) return 0;
    const paid = BigInt(bought.quantity) * BigInt(bought.unitPriceMinor) - BigInt(bought.discountMinor ?? 0);
    if (paid > 0n) sum += Number((BigInt(quantity) * paid) / BigInt(bought.quantity));
  }
  return sum;
}

/** What is left of a purchase after the refunds up to `t`, never below 0. */
export function net({ total, refunds }: Bought, t: number): number {
  let left = total;
  for (const refund of refunds) if (refund.at <= t) left -= refund.amount;
  return Math.max(0, left);
}

export function spendJustBefore(all: readonly Bought[], p: Bought): number {
  let spend = 0;
  for (const q of all) if (inOrder(q, p) < 0 && q.at > p.at - YEAR) spend += net(q, p.at);
  return spend;
}

export function spendAt(all: readonly Bought[], t: number): number {
  return netWithin(all, 365, t);
}

export function tierOf(spend: number, { tiers }: OracleProgram): OracleProgram['tiers'][number] {
  const reached = tiers.filter(({ fromMinor }) => spend >= fromMinor).at(-1);
  if (!reached) throw new RangeError('The program has no lowest tier.');
  return reached;
}

/**
 * Points due for `p` as of `asOf`: its final net amount by the tier just before it. For a purchase dated after `asOf` the
 * tier is that of `asOf`, because tiers do not run ahead of the clock.
 */
export function pointsOf(all: readonly Bought[], p: Bought, program: OracleProgram, asOf: number): number {
  const spend = p.at > asOf ? spendAt(all, asOf) : spendJustBefore(all, p);
  const { multiplier } = tierOf(spend, program);
  const scale = 10n ** BigInt(program.exponent) * 10_000n;
  return Number((BigInt(net(p, Infinity)) * BigInt(program.rate) * BigInt(multiplier)) / scale);
}

const BIG = 100_000;

/** Whether `big-180` was within reach at some instant up to `t` if nothing had been refunded. Only a purchase can take one there. */
export function couldReachBig(all: readonly Bought[], t: number): boolean {
  const spendUpTo = (end: number): number => {
    let spend = 0;
    for (const p of all) if (p.at > end - 180 * DAY && p.at <= end) spend += p.total;
    return spend;
  };
  return all.some(({ at }) => at <= t && spendUpTo(at) >= BIG);
}

/** The four segments of the default set, each exactly as its sentence in the docs reads. */
export function segmentsOf(all: readonly Bought[], t: number): string[] {
  const live = all.filter((p) => p.at <= t && net(p, t) > 0);
  const recent = (days: number): Bought[] => live.filter((p) => p.at > t - days * DAY);
  const segments: string[] = [];
  if (recent(90).length > 0) segments.push('active-90');
  if (netWithin(all, 180, t) >= BIG) segments.push('big-180');
  if (live.length >= 2 && recent(60).length === 0) segments.push('lapsing');
  if (live.length === 1 && recent(30).length === 1) segments.push('new-buyers');
  return segments;
}

function netWithin(all: readonly Bought[], days: number, t: number): number {
  let spend = 0;
  for (const p of all) if (p.at > t - days * DAY && p.at <= t) spend += net(p, t);
  return spend;
}
