import type { Shop, ShopArticle, ShopLine, ShopPurchase } from '../shop.js';
import { DAY_MS } from '../time-shift.js';
import { makeCatalogue, type Article } from './catalogue.js';
import { type Habits, makeHabits } from './habits.js';
import { makeBehaviors } from './made-up-behavior.js';
import { makeRefunds } from './made-up-refunds.js';
import { Random } from './random.js';

export type MadeUp = Readonly<{ members: number; seed: number; now: Date }>;

const YEAR_MS = 365 * DAY_MS;
const LATE = 0.02;
const REFUSE_MAIL = 0.05;
const SOLD_OUT = 0.04;

/**
 * A year of a shop that never was: the same seed, number of members and `now` give the same shop, and another `now` only
 * moves it. The last event is a second before `now`. A few facts are late: the tills report them after everything else.
 */
export function madeUpShop({ members, seed, now }: MadeUp): Shop {
  const random = new Random(seed);
  const catalogue = makeCatalogue(random);
  const memberIds = Array.from({ length: members }, (_, index) => `m-${String(index + 1).padStart(6, '0')}`);
  const end = now.getTime() - 1000;

  const visits = memberIds.flatMap((memberId) => {
    const habits = makeHabits(random, catalogue);
    return visitDays(random, habits).map((day) => ({ memberId, offset: Math.floor(day * DAY_MS), habits }));
  });
  visits.sort((a, b) => a.offset - b.offset);
  const last = visits.at(-1)?.offset ?? YEAR_MS;
  const purchases = visits.map(({ memberId, offset, habits }, index) =>
    makePurchase(random, { purchaseId: `p-${String(index + 1).padStart(7, '0')}`, memberId }, end - last + offset, {
      habits,
      catalogue,
    }),
  );
  const refunds = makeRefunds(random, purchases, new Date(end));
  const late = new Set(
    [...purchases.map(({ purchaseId }) => purchaseId), ...refunds.map(({ refundId }) => refundId)].filter(() =>
      random.chance(LATE),
    ),
  );
  const articles = catalogue.map((article) => asArticle(random, article, new Date(end - YEAR_MS)));
  return {
    currency: 'EUR',
    members: memberIds,
    refusing: new Set(memberIds.filter(() => random.chance(REFUSE_MAIL))),
    articles,
    behaviors: makeBehaviors(random, purchases, catalogue, new Date(end)),
    purchases,
    refunds,
    late,
    skipped: 0,
    shiftDays: 0,
  };
}

function asArticle(random: Random, { unitPriceMinor, ...article }: Article, changedAt: Date): ShopArticle {
  const inStock = !random.chance(SOLD_OUT);
  const price = { priceMinor: unitPriceMinor, currency: 'EUR' };
  return { ...article, version: 1, ...price, inStock, changedAt: changedAt.toISOString() };
}

function visitDays(random: Random, { firstDay, lastDay, daysBetween }: Habits): number[] {
  const days: number[] = [];
  for (let day = firstDay; day < lastDay; day += Math.max(0.01, random.wait(daysBetween))) days.push(day);
  return days;
}

function makePurchase(
  random: Random,
  ids: Readonly<{ purchaseId: string; memberId: string }>,
  at: number,
  { habits, catalogue }: Readonly<{ habits: Habits; catalogue: readonly Article[] }>,
): ShopPurchase {
  const lines = Array.from({ length: random.int(1, habits.linesMax) }, () =>
    makeLine(random, random.pick(random.chance(0.8) ? habits.favourites : catalogue), habits.bargains),
  );
  const totalMinor = lines.reduce(
    (sum, { quantity, unitPriceMinor, discountMinor = 0 }) => sum + quantity * unitPriceMinor - discountMinor,
    0,
  );
  return { ...ids, purchasedAt: new Date(at).toISOString(), currency: 'EUR', totalMinor, lines };
}

function makeLine(random: Random, article: Article, bargains: number): ShopLine {
  const quantity = random.chance(0.7) ? 1 : random.int(2, 4);
  const full = quantity * article.unitPriceMinor;
  const discountMinor = random.chance(bargains) ? Math.floor((full * random.pick([5, 10, 20])) / 100) : 0;
  return { ...article, quantity, ...(discountMinor > 0 ? { discountMinor } : {}) };
}
