import {
  type Expectation,
  expectationOf,
  madeUpShop,
  meterOn,
  NO_LEFTOVERS,
  type Report,
  runDemo,
  type Shop,
  type ShopPurchase,
  type ShopRefund,
  silentMeter,
  uciOnlineRetail,
  uciOracle,
} from '@tessera/demo';
import type { FaultOptions } from '../scenario.js';
import type { Pace } from './pace.js';
import { type Moment, PostingProxy } from './posting-proxy.js';
import { seeded } from './seeded.js';

/** Facts that do not come with the posting: the scenario itself brings them. Those that are not the shop's are counted beside them. */
export type Brought = Pick<Shop, 'purchases' | 'refunds'>;

/** A shop to pour in, what is brought beside it, and what must have come of both. */
export type Poured = Readonly<{ shop: Shop; brought: Brought; oracle: (asOf: Date) => Expectation }>;

const MADE_UP_MEMBERS = 300;
const SHORT_MEMBERS = 40;
/** About as long as a thousand events take to be durable: most strikes fall into a request, some just behind its answer. */
const DELAY_MS_MAX = 250;
/** How long the system may be away, or an injection keep events from passing, at a stretch. */
const AWAY_MS_MAX = 300_000;
const SHORT_AWAY_MS_MAX = 180_000;
const LOOK_EVERY_MS = 100;

/** `bring`: of a whole shop, or beside it, what the scenario brings itself. */
export async function prepare(
  { file, seed, short, say }: FaultOptions,
  bring: (shop: Shop) => Brought = () => ({ purchases: [], refunds: [] }),
  membersMin = 0,
): Promise<Poured> {
  const now = new Date();
  if (file === undefined) {
    const members = Math.max(membersMin, short ? SHORT_MEMBERS : MADE_UP_MEMBERS);
    const shop = madeUpShop({ members, seed, now });
    const { left, brought, all } = apart(shop, bring(shop));
    return { shop: left, brought, oracle: (asOf) => expectationOf(all, NO_LEFTOVERS, asOf) };
  }
  say(`Reading ${file} ...`);
  const shop = await uciOnlineRetail(file, now);
  const { left, brought, all } = apart(shop, bring(shop));
  if (eventsOf(all) > eventsOf(shop))
    throw new Error('This scenario adds facts to the shop: only a made-up one will do.');
  let read: ((asOf: Date) => Expectation) | undefined;
  return { shop: left, brought, oracle: (asOf) => (read ??= uciOracle(file, shop.shiftDays))(asOf) };
}

/** What is left of a shop for the posting, and all that there will be. */
export function apart(shop: Shop, brought: Brought): Readonly<{ left: Shop; brought: Brought; all: Shop }> {
  const purchases = new Set(brought.purchases.map(purchaseKey));
  const refunds = new Set(brought.refunds.map(refundKey));
  const left = {
    ...shop,
    purchases: shop.purchases.filter((purchase) => !purchases.has(purchaseKey(purchase))),
    refunds: shop.refunds.filter((refund) => !refunds.has(refundKey(refund))),
  };
  const all = {
    ...left,
    purchases: [...left.purchases, ...brought.purchases],
    refunds: [...left.refunds, ...brought.refunds],
  };
  return { left, brought, all };
}

const purchaseKey = ({ memberId, purchaseId }: ShopPurchase): string => `${memberId} ${purchaseId}`;
const refundKey = ({ memberId, refundId }: ShopRefund): string => `${memberId} ${refundId}`;

/** Facts: purchases and refunds. */
export const eventsOf = ({ purchases, refunds }: Shop): number => purchases.length + refunds.length;

/** All that is posted. */
export const postedOf = (shop: Shop): number => eventsOf(shop) + shop.articles.length + shop.behaviors.length;

/** As many moments as injections, each with a number in [0, 1) by which what happens then is chosen. */
export type Strike = Moment & Readonly<{ choice: number }>;

export function plan({ injections, seed }: Pick<FaultOptions, 'injections' | 'seed'>, events: number): Strike[] {
  const random = seeded(seed);
  return Array.from({ length: injections }, () => ({
    afterEvents: Math.floor(random() * events),
    delayMs: random() * DELAY_MS_MAX,
    choice: random(),
  })).sort((a, b) => a.afterEvents - b.afterEvents);
}

export type Pouring = Readonly<{
  /** Of everything, or by the path of the request. */
  target: string | ((path: string) => string);
  token: string;
  poured: Poured;
  options: FaultOptions;
  /** Moments at which `strike` is called. */
  moments?: readonly Strike[];
  strike?(moment: Strike, isPosting: boolean): Promise<void>;
  pace?: Pace;
  /** Of the whole form; 5 min unless given. */
  awayMsMax?: number;
}>;

/** Pours the shop into the system while what is planned happens to it; answers the demo's report. */
export async function pour({ target, token, poured, options, pace, ...rest }: Pouring): Promise<Report> {
  const { moments = [], strike = () => Promise.resolve(), awayMsMax = AWAY_MS_MAX } = rest;
  // The shop's articles come before all of its facts, and wait for nothing.
  const opening = poured.shop.articles.length;
  const mayPass = pace && (async (events: number) => events <= opening || pace.mayPass(events));
  const proxy = new PostingProxy({
    target,
    eventsPath: '/collector/v1/events',
    moments,
    strike,
    ...(mayPass && { mayPass }),
  });
  const url = await proxy.listen();
  const awayMs = options.short ? SHORT_AWAY_MS_MAX : awayMsMax;
  try {
    return await runDemo({
      url,
      token,
      shop: poured.shop,
      oracle: poured.oracle,
      meter: options.short ? silentMeter : meterOn(process.stderr),
      awayMs,
      patience: { everyMs: LOOK_EVERY_MS, stuckMs: awayMs },
      ...(pace && { eventsMax: pace.slice }),
    });
  } finally {
    // Where it failed before it began, nobody is to wait for it.
    pace?.over();
    // What made a strike or a restart fail says more than that the demo found nobody.
    await proxy.close();
  }
}
