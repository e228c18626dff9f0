import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'node:http';
import { type PurchaseCreated, purchaseCreated } from '@tessera/contracts';
import { post } from './http-load.js';
import type { ProbedShop } from './probed-shop.js';

const EVERY_MS = 50;
/** A request that was not accepted by then counts as failed. */
const PATIENCE_MS = 10_000;
const CONNECTIONS = 8;
const EVENTS_A_REQUEST_MAX = 1_000;

export type Door = Readonly<{ url: () => string; token: string }>;

export type SteadyLoad = Readonly<{
  shop: ProbedShop;
  purchasesASecond: number;
  seconds: number;
  /** Told of each request that was answered with 202, and when. */
  accepted?(purchases: readonly PurchaseCreated[], at: number): void;
}>;

export type Loaded = Readonly<{ failed: number; seconds: number; cpuSeconds: number }>;

/**
 * Posts so many a second, whether or not those before have been answered; resolves when all have been. A collector that is just leaving turns
 * requests away: they are sent again, as a checkout does, and facts may be sent as often as one likes.
 */
export async function postSteadily(door: Door, load: SteadyLoad): Promise<Loaded> {
  const { shop, purchasesASecond, seconds, accepted } = load;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const before = shop.purchases;
  const posts: Promise<void>[] = [];
  let failed = 0;
  const send = async (purchases: readonly PurchaseCreated[]): Promise<void> => {
    const body = bodyOf(purchases);
    for (const giveUpAt = performance.now() + PATIENCE_MS; performance.now() < giveUpAt; await sleep(EVERY_MS)) {
      if (!(await post(door.url(), { agent, token: door.token, body }).catch(() => false))) continue;
      return accepted?.(purchases, performance.now());
    }
    failed += 1;
  };
  for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - startedAt) {
    const due = Math.floor((elapsed / 1_000) * purchasesASecond) - (shop.purchases - before);
    if (due > 0) posts.push(send(shop.sell(Math.min(due, EVENTS_A_REQUEST_MAX), new Date())));
    await sleep(EVERY_MS);
  }
  await Promise.all(posts);
  const { user, system } = process.cpuUsage(cpu);
  agent.destroy();
  return { failed, seconds: (performance.now() - startedAt) / 1_000, cpuSeconds: (user + system) / 1e6 };
}

/** Posts so many as fast as they are taken. */
export async function postAtOnce(door: Door, shop: ProbedShop, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  for (let left = count; left > 0; left -= EVENTS_A_REQUEST_MAX) {
    const body = bodyOf(shop.sell(Math.min(left, EVENTS_A_REQUEST_MAX), new Date()));
    if (!(await post(door.url(), { agent, token: door.token, body })))
      throw new Error('The collector refused purchases.');
  }
  agent.destroy();
}

const bodyOf = (purchases: readonly PurchaseCreated[]): Buffer =>
  Buffer.from(JSON.stringify(purchases.map((data) => ({ type: purchaseCreated.topic, data }))));
