import { setTimeout as sleep } from 'node:timers/promises';
import { purchaseCreated } from '@tessera/contracts';
import type { ShopPurchase } from '@tessera/demo';
import type { ServiceProcess } from '../fleet/service-process.js';
import { recordOf } from '../posting/foreign-client.js';
import type { Stage } from '../stage.js';

const ALARM_MS_MAX = 60_000;
const PAUSED = /^tessera_paused_partitions\{[^}]*\} (\d+)$/m;

/** A release that fails on every event: it must raise the alarm and wait, not put aside all there is. Answers what does not hold. */
export async function releaseThatFails(
  { fleet, options, remarks }: Stage,
  name: string,
  purchases: readonly ShopPurchase[],
): Promise<readonly string[]> {
  const victim = fleet.service(name);
  await victim.stop();
  victim.start({ FAULT_HANDLERS: 'all' });
  await victim.ready();
  await fleet.log.append(purchases.map((purchase) => recordOf(purchaseCreated, purchase)));
  const startedAt = performance.now();
  while ((await pausedOf(victim)) === 0) {
    if (performance.now() - startedAt > ALARM_MS_MAX) return [`${name} fails on everything and raises no alarm`];
    await sleep(50);
  }
  const ms = Math.round(performance.now() - startedAt);
  options.say(`${name}, released with a mistake, has paused.`);
  remarks.push(`A release of ${name} that fails on everything paused ${ms} ms after ${purchases.length} events came.`);
  return [];
}

/** The level that the alert TesseraPartitionPaused watches. */
export async function pausedOf({ url }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(PAUSED.exec(text)?.[1] ?? NaN);
}
