import type { ShopPurchase } from '@tessera/demo';
import { partitionOf } from '@tessera/platform-bus';
import { isCurable, type Kind, KINDS } from './kinds.js';

export const PARTITIONS = 4;
/** More than are let fail before a partition pauses. */
const RELEASED_INTO = 25;

/** One bad record: in which partition, made of which purchase, and the good one that comes right behind it. */
export type Injection = Readonly<{
  id: string;
  kind: Kind;
  partition: number;
  victim: ShopPurchase;
  probe: ShopPurchase;
}>;

export type PoisonPlan = Readonly<{
  injections: readonly Injection[];
  /** Purchases of one partition that a release meets which fails on everything. */
  releasedInto: readonly ShopPurchase[];
}>;

/** Goes round kinds and partitions, so that every kind comes into every partition. Takes each purchase once, from the last on. */
export function planPoison(purchases: readonly ShopPurchase[], injections: number): PoisonPlan {
  const pools = Array.from({ length: PARTITIONS }, (_, partition) =>
    purchases.filter(({ memberId }) => partitionOf(memberId, PARTITIONS) === partition),
  );
  const take = (partition: number): ShopPurchase => {
    const purchase = pools[partition]?.pop();
    if (!purchase) throw new Error(`The shop is too small for ${injections} injections.`);
    return purchase;
  };
  return {
    injections: Array.from({ length: injections }, (_, number): Injection => {
      const kind = KINDS[number % KINDS.length] ?? 'not-json';
      const partition = number % PARTITIONS;
      const probe = take(partition);
      return { id: `poison-${number}`, kind, partition, probe, victim: isCurable(kind) ? take(partition) : probe };
    }),
    releasedInto: Array.from({ length: RELEASED_INTO }, () => take(0)),
  };
}

/** The purchases that a plan needs. Planned anew from these alone it is the same. */
export function purchasesFor(purchases: readonly ShopPurchase[], injections: number): readonly ShopPurchase[] {
  const { injections: planned, releasedInto } = planPoison(purchases, injections);
  const taken = new Set([...planned.flatMap(({ victim, probe }) => [victim, probe]), ...releasedInto]);
  return purchases.filter((purchase) => taken.has(purchase));
}
