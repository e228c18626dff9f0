import type { PurchaseCreated, PurchaseRefunded } from '@tessera/contracts';

export type ShuffledFacts = Readonly<{
  members: readonly string[];
  purchases: readonly PurchaseCreated[];
  refunds: readonly PurchaseRefunded[];
  pick: Pick;
}>;

/** Whole numbers from 0 to below `count`, and orders, all from one seed. */
export type Pick = Readonly<{
  below(count: number): number;
  of<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
}>;

const MEMBERS = 200;
const PURCHASES = 1_600;
const REFUNDS = 400;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Mulberry32: small, seeded, and good enough to shuffle with. */
export function pickFrom(seed: number): Pick {
  let state = seed >>> 0;
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  };
  const of = <Item>(items: readonly Item[]): Item => {
    const item = items[below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
  const shuffled = <Item>(items: readonly Item[]): Item[] => {
    const order = [...items];
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = below(last + 1);
      [order[last], order[other]] = [order[other] as Item, order[last] as Item];
    }
    return order;
  };
  return { below, of, shuffled };
}

/**
 * 2,000 facts of 200 members over some 800 days up to `now`, with what makes order matter: instants shared by many, refunds
 * before their purchase, beyond its total and of lines it does not have, windows that have just ended, and facts dated ahead.
 */
export function shuffledFacts(seed: number, now: Date): ShuffledFacts {
  const pick = pickFrom(seed);
  const members = Array.from({ length: MEMBERS }, (_, index) => `s${seed}-m${index}`);
  const daysBack = [1, 29, 30, 59, 60, 61, 89, 90, 179, 180, 181, 364, 365, 366, 400, 800] as const;
  const instant = (): string => {
    const around = now.getTime() - pick.of(daysBack) * DAY_MS - pick.below(600) * MINUTE_MS;
    const ahead = now.getTime() + (1 + pick.below(20)) * 60 * MINUTE_MS;
    return new Date(
      pick.below(40) === 0 ? ahead : Math.floor(around / (10 * MINUTE_MS)) * 10 * MINUTE_MS,
    ).toISOString();
  };

  const purchases = Array.from({ length: PURCHASES }, (_, index): PurchaseCreated => {
    const lines = Array.from({ length: 1 + pick.below(3) }, (_line, place) => ({
      sku: `sku-${place}`,
      quantity: 1 + pick.below(5),
      unitPriceMinor: pick.below(20_000),
    }));
    return {
      purchaseId: `p${index}`,
      memberId: pick.of(members),
      purchasedAt: instant(),
      currency: 'EUR',
      totalMinor: pick.below(20) === 0 ? 0 : pick.below(60_000),
      ...(pick.below(3) === 0 ? {} : { lines }),
    };
  });
  const refunds = Array.from({ length: REFUNDS }, (_, index): PurchaseRefunded => {
    const { purchaseId, memberId, totalMinor } = pick.of(purchases);
    const named = { refundId: `r${index}`, purchaseId, memberId, refundedAt: instant() };
    const form = pick.below(3);
    if (form === 0) return { ...named, whole: true };
    if (form === 1) return { ...named, amountMinor: pick.below(Math.floor(totalMinor * 1.5) + 1) };
    return { ...named, lines: [{ line: 1 + pick.below(3), quantity: 1 + pick.below(4) }] };
  });
  return { members, purchases, refunds, pick };
}
