import type { ShopBehavior, ShopPurchase } from '../shop.js';
import { DAY_MS } from '../time-shift.js';
import type { Article } from './catalogue.js';
import type { Random } from './random.js';

/** Older ones would be forgotten by now: signals fade within days. */
const DAYS = 30;
const MINUTE_MS = 60_000;

type Seen = Omit<ShopBehavior, 'behaviorId'>;

/** What members looked at before they bought in the last days, what of it lay in the cart, and what they left there. */
export function makeBehaviors(
  random: Random,
  purchases: readonly ShopPurchase[],
  catalogue: readonly Article[],
  end: Date,
): readonly ShopBehavior[] {
  const from = end.getTime() - DAYS * DAY_MS;
  const recent = purchases.filter(({ purchasedAt }) => Date.parse(purchasedAt) > from);
  const seen = recent.flatMap((purchase) => [...before(random, purchase), ...leftBehind(random, purchase, catalogue)]);
  seen.sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : Number(a.occurredAt > b.occurredAt)));
  return seen.map((one, index) => ({ behaviorId: `b-${String(index + 1).padStart(7, '0')}`, ...one }));
}

function before(random: Random, { memberId, purchasedAt, lines }: ShopPurchase): Seen[] {
  return lines.flatMap(({ sku, quantity }) => {
    const cartMinutes = random.int(1, 10);
    const view = looked(memberId, 'view', sku, Date.parse(purchasedAt) - random.int(11, 90) * MINUTE_MS);
    const cart = looked(memberId, 'cart', sku, Date.parse(purchasedAt) - cartMinutes * MINUTE_MS);
    return [...(random.chance(0.8) ? [view] : []), ...(random.chance(0.5) ? [{ ...cart, quantity }] : [])];
  });
}

function leftBehind(random: Random, { memberId, purchasedAt }: ShopPurchase, catalogue: readonly Article[]): Seen[] {
  return Array.from({ length: random.int(0, 2) }, () => {
    const { sku } = random.pick(catalogue);
    const at = Date.parse(purchasedAt) - random.int(1, 120) * MINUTE_MS;
    return random.chance(0.3)
      ? { ...looked(memberId, 'cart', sku, at), quantity: 1 }
      : looked(memberId, 'view', sku, at);
  });
}

const looked = (memberId: string, kind: 'view' | 'cart', sku: string, at: number): Seen => ({
  memberId,
  kind,
  sku,
  occurredAt: new Date(at).toISOString(),
  channel: 'web',
});
