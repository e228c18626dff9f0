import type { PurchaseCreated } from '@tessera/contracts';

/** One purchase in so many is a probe's. */
export const ONE_IN = 50;
/** So much at once makes a big spender of anybody, and the default campaign thanks big spenders by mail, once a member. */
const ENOUGH_MINOR = 120_000;
const STEP = 7_919;

export type Address = Readonly<{ memberId: string; email?: string }>;

/**
 * A shop that never closes. Its customers buy little, again and again; one purchase in fifty is by a probe, who has not bought before, and is
 * written to because of it.
 */
export class ProbedShop {
  private sold = 0;

  constructor(
    private readonly customers: number,
    private readonly probes: number,
  ) {}

  /** Purchases so far. */
  get purchases(): number {
    return this.sold;
  }

  get probed(): number {
    return Math.floor(this.sold / ONE_IN);
  }

  members(): Address[] {
    return [
      ...Array.from({ length: this.customers }, (_, at) => ({ memberId: `c-${at}` })),
      ...Array.from({ length: this.probes }, (_, at) => ({ memberId: probeName(at), email: addressOf(probeName(at)) })),
    ];
  }

  /** Throws where every probe has bought. */
  sell(count: number, at: Date): PurchaseCreated[] {
    return Array.from({ length: count }, () => this.next(at));
  }

  private next(at: Date): PurchaseCreated {
    const number = this.sold;
    this.sold += 1;
    const isProbe = number % ONE_IN === ONE_IN - 1;
    const probe = Math.floor(number / ONE_IN);
    if (isProbe && probe >= this.probes) throw new RangeError(`There are no more than ${this.probes} probes.`);
    return {
      purchaseId: `p-${number}`,
      memberId: isProbe ? probeName(probe) : `c-${(number * STEP) % this.customers}`,
      purchasedAt: at.toISOString(),
      currency: 'EUR',
      totalMinor: isProbe ? ENOUGH_MINOR : 100 + ((number * 37) % 900),
      lines: [{ sku: `sku-${number % 500}`, quantity: 1, unitPriceMinor: isProbe ? ENOUGH_MINOR : 100 }],
      channel: 'store',
    };
  }
}

export const isProbe = ({ memberId }: Pick<PurchaseCreated, 'memberId'>): boolean => memberId.startsWith('probe-');
export const addressOf = (memberId: string): string => `${memberId}@mailbox.invalid`;
const probeName = (number: number): string => `probe-${number}`;
