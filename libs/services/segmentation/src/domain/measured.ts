import { DAY_MS, netAt, type PurchaseFact } from '@tessera/purchases';
import type { Condition } from './rule.js';

/**
 * What a member's purchases measure at one instant. Built once and read by any number of rules: each window is found once by
 * bisection over the live purchases, and what it holds is a difference of places, or a sum kept from there to the newest.
 */
export class Measured {
  private readonly at: readonly number[];
  /** Net spend from this place on to the newest purchase, cut to the largest safe integer (no threshold is above it). */
  private readonly spendFrom: readonly number[];
  private readonly firstIn = new Map<number, number>();
  private readonly ahead: number;

  /** Purchases are in the order of `comparePurchases`; `now` in ms since 1970. */
  constructor(
    purchases: readonly PurchaseFact[],
    private readonly now: number,
  ) {
    const t = new Date(now);
    const at: number[] = [];
    const nets: number[] = [];
    let ahead = Infinity;
    for (const purchase of purchases) {
      const purchasedAt = purchase.purchasedAt.getTime();
      if (purchasedAt > now) ahead = Math.min(ahead, purchasedAt);
      for (const { refundedAt } of purchase.refunds) {
        if (refundedAt.getTime() > now) ahead = Math.min(ahead, refundedAt.getTime());
      }
      const net = purchasedAt > now ? 0 : netAt(purchase, t);
      if (net === 0) continue;
      at.push(purchasedAt);
      nets.push(net);
    }
    this.at = at;
    this.spendFrom = sumsToTheEnd(nets);
    this.ahead = ahead;
  }

  of({ measure, withinDays }: Pick<Condition, 'measure' | 'withinDays'>): number {
    const first = withinDays === null ? 0 : this.firstWithin(withinDays);
    return measure === 'live-purchases' ? this.at.length - first : (this.spendFrom[first] ?? 0);
  }

  /** When the oldest live purchase leaves the window of so many days; infinity if it holds none. */
  nextExit(withinDays: number): number {
    return (this.at[this.firstWithin(withinDays)] ?? Infinity) + withinDays * DAY_MS;
  }

  /** The first purchase or refund dated after `now`; infinity if there is none. */
  nextFact(): number {
    return this.ahead;
  }

  private firstWithin(days: number): number {
    const known = this.firstIn.get(days);
    if (known !== undefined) return known;
    const opens = this.now - days * DAY_MS;
    let low = 0;
    let high = this.at.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.at[middle] ?? Infinity) > opens) high = middle;
      else low = middle + 1;
    }
    this.firstIn.set(days, low);
    return low;
  }
}

function sumsToTheEnd(nets: readonly number[]): readonly number[] {
  const sums = new Array<number>(nets.length);
  let sum = 0;
  for (let place = nets.length - 1; place >= 0; place -= 1) {
    sum = Math.min(Number.MAX_SAFE_INTEGER, sum + (nets[place] ?? 0));
    sums[place] = sum;
  }
  return sums;
}
