import {
  type Expectation,
  expectationOf,
  madeUpShop,
  meterOn,
  NO_LEFTOVERS,
  type Report,
  runDemo,
  type Shop,
  uciOnlineRetail,
  uciOracle,
} from '@tessera/demo';
import type { Fleet } from './fleet.js';
import { type Moment, PostingProxy } from './posting-proxy.js';
import type { FaultOptions } from './scenario.js';
import { seeded } from './seeded.js';

/** A shop to pour in, and what must have come of it. */
export type Poured = Readonly<{ shop: Shop; oracle: (asOf: Date) => Expectation }>;

const MADE_UP_MEMBERS = 300;
/** About as long as a thousand events take to be durable: most strikes fall into a request, some just behind its answer. */
const DELAY_MS_MAX = 250;
/** How long the system may be away at a stretch. */
export const AWAY_MS_MAX = 300_000;

export async function prepare({ file, seed, say }: FaultOptions): Promise<Poured> {
  const now = new Date();
  if (file === undefined) {
    const shop = madeUpShop({ members: MADE_UP_MEMBERS, seed, now });
    return { shop, oracle: (asOf) => expectationOf(shop, NO_LEFTOVERS, asOf) };
  }
  say(`Reading ${file} ...`);
  const shop = await uciOnlineRetail(file, now);
  let read: ((asOf: Date) => Expectation) | undefined;
  return { shop, oracle: (asOf) => (read ??= uciOracle(file, shop.shiftDays))(asOf) };
}

export const eventsOf = ({ purchases, refunds }: Shop): number => purchases.length + refunds.length;

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

export type Strikes = Readonly<{
  moments: readonly Strike[];
  strike(moment: Strike, isPosting: boolean): Promise<void>;
}>;

/** Pours the shop into the fleet while what is planned happens to it; answers the demo's report. */
export async function pour(fleet: Fleet, { shop, oracle }: Poured, strikes: Strikes): Promise<Report> {
  const proxy = new PostingProxy({ target: fleet.urlFor, eventsPath: '/collector/v1/events', ...strikes });
  const url = await proxy.listen();
  try {
    return await runDemo({
      url,
      token: fleet.token,
      shop,
      oracle,
      meter: meterOn(process.stderr),
      awayMs: AWAY_MS_MAX,
    });
  } finally {
    // What made a strike or a restart fail says more than that the demo found nobody.
    await proxy.close();
  }
}
