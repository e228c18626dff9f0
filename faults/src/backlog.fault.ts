import { setTimeout as sleep } from 'node:timers/promises';
import { purchaseCreated } from '@tessera/contracts';
import { memoryLimit } from './backlog/memory-limit.js';
import { pileUp } from './backlog/pile-up.js';
import type { ServiceProcess } from './fleet/service-process.js';
import { KEEPERS } from './judging/purchase-keepers.js';
import { onFleet } from './on-fleet.js';
import { injected, type Stage } from './stage.js';

const RECORDS = 1_000_000;
const RECORDS_SHORT = 50_000;
const STUCK_MS_MAX = 120_000;
/** For a million to be appended, and taken up again. */
const AWAY_MS_MAX = 1_800_000;
const MEBIBYTE = 1_048_576;

/** A service that was away for long: it takes up all that has piled up within its memory, and in order. */
export const backlog = onFleet({
  name: 'backlog',
  summary:
    'a service away until 1,000,000 records wait for it (50,000 in the short form), and what memory it then takes',
  injections: 3,
  short: 1,
  awayMsMax: AWAY_MS_MAX,
  // New purchases among the repeats, so that there is an order to keep. The first half is posted meanwhile.
  brings: ({ purchases }) => ({ purchases: purchases.slice(purchases.length >> 1), refunds: [] }),
  on(stage) {
    const { fleet, options, brought, shop } = stage;
    const failures: string[] = [];
    return {
      async beside() {
        await stage.pace.begun;
        const share = Math.ceil(brought.purchases.length / options.injections);
        for (let number = 0; number < options.injections; number += 1) {
          const victim = fleet.service(KEEPERS[(options.seed + number) % KEEPERS.length] ?? '');
          await victim.stop();
          const count = options.short ? RECORDS_SHORT : RECORDS;
          const fresh = brought.purchases.slice(number * share, (number + 1) * share);
          await pileUp(fleet.log, count, fresh, shop.purchases);
          options.say(`${count} records wait for ${victim.name}.`);
          const behind = await behindOf(stage, victim);
          const startedAt = performance.now();
          victim.start();
          await caughtUp(stage, victim);
          const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
          const rss = await victim.rssMax();
          const used = `${Math.round(rss / MEBIBYTE)} MiB at most`;
          if (rss > memoryLimit(victim.name)) failures.push(`${victim.name} took ${used}`);
          if (behind < count) failures.push(`${victim.name} was only ${behind} records behind`);
          stage.remarks.push(
            `${victim.name}, ${behind} records behind, was done after ${seconds} s; its memory: ${used}.`,
          );
          injected(stage, `${victim.name} caught up, ${used}.`, behind > 0);
        }
      },
      check: async () => failures,
    };
  },
});

/** How many purchases wait for a service that does not run. */
async function behindOf({ fleet, servers }: Stage, { name }: ServiceProcess): Promise<number> {
  const ends = await fleet.log.offsets([purchaseCreated.topic]);
  const [position] = await servers.postgres.query<{ handled: number }>(
    fleet.databaseOf(name),
    'SELECT coalesce(sum(next_offset), 0)::int AS handled FROM consumer_offsets WHERE topic = $1',
    [purchaseCreated.topic],
  );
  return ends.reduce((sum, { end }) => sum + end, 0) - (position?.handled ?? 0);
}

/** Resolves when nothing is left for a service that was just started. */
async function caughtUp({ fleet }: Stage, { name }: ServiceProcess): Promise<void> {
  for (let moved = { lag: -1, at: performance.now() }; moved.lag !== 0; await sleep(100)) {
    const now = performance.now();
    const lag = (await fleet.progress(name))?.lag;
    if (lag !== undefined && lag !== moved.lag) moved = { lag, at: now };
    if (now - moved.at > STUCK_MS_MAX) throw new Error(`${name} does not come on: ${moved.lag} records are left.`);
  }
}
