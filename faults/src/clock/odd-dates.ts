import type { ShopPurchase } from '@tessera/demo';
import { partitionOf } from '@tessera/platform-bus';

export const PARTITIONS = 4;

const DAY_MS = 86_400_000;
const YEARS_AGO = 30;
/** Nearer to the limit than the clocks are off, on both of its sides. */
const JUST_WITHIN_MS = DAY_MS - 1_000;
const JUST_BEYOND_MS = DAY_MS + 300_000;

/** Purchases of one member, as odd as they may be dated and odder. */
export type OddDates = Readonly<{ future: ShopPurchase; old: ShopPurchase }>;

/** Of a member in each partition and for each injection. */
export function oddDates(purchases: readonly ShopPurchase[], injections: number, now: Date): readonly OddDates[] {
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    const models = purchases.filter(({ memberId }) => partitionOf(memberId, PARTITIONS) === partition);
    return Array.from({ length: injections }, (_none, injection): OddDates => {
      const model = models[injection % models.length];
      if (!model) throw new Error(`Nobody in partition ${partition} has bought anything.`);
      const id = `${injection}-${partition}`;
      return {
        future: { ...model, purchaseId: `future-${id}`, purchasedAt: after(now, JUST_WITHIN_MS) },
        old: { ...model, purchaseId: `old-${id}`, purchasedAt: yearsBefore(now, YEARS_AGO) },
      };
    });
  }).flat();
}

/** To be refused, though a clock that is ahead would take it. */
export function tooFarAhead(model: ShopPurchase): ShopPurchase {
  return { ...model, purchaseId: `beyond-${model.purchaseId}`, purchasedAt: after(new Date(), JUST_BEYOND_MS) };
}

const after = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

function yearsBefore(now: Date, years: number): string {
  const then = new Date(now);
  then.setUTCFullYear(then.getUTCFullYear() - years);
  return then.toISOString();
}
