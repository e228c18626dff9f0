import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@tessera/demo';
import type { Fleet } from './fleet/fleet.js';
import { onFleet } from './on-fleet.js';
import { seeded } from './posting/seeded.js';
import { injected } from './stage.js';

const HUNT_MS_MAX = 10_000;
/** About as long as a batch takes from the outbox to the log and out of the outbox. */
const PUBLISHING_MS = 30;

/** Kills services just while they publish: what was appended and not yet removed comes again, what was not must still come. */
export const relayKill = onFleet({
  name: 'relay-kill',
  summary: 'the same, but each time a process whose outbox is not empty: between appending to the log and removing',
  injections: 50,
  on: (stage) => ({
    async beside() {
      const { fleet, options, pace } = stage;
      const random = seeded(options.seed);
      for (let number = 0; number < options.injections; number += 1) {
        const first = Math.floor(random() * SERVICES.length);
        const order = [...SERVICES.slice(first), ...SERVICES.slice(0, first)];
        const found = await pace.feeding(publishing(fleet, order));
        const victim = fleet.service(found?.name ?? order[0] ?? '');
        if (found) await sleep(random() * PUBLISHING_MS);
        else await victim.ready();
        await victim.kill();
        victim.start();
        injected(stage, `${victim.name} killed, ${found?.outbox ?? 0} to publish.`, found !== undefined);
      }
    },
  }),
});

/** Waits, for a moment, for a service that has something to publish; asks in this order. */
async function publishing(
  fleet: Fleet,
  order: readonly string[],
): Promise<Readonly<{ name: string; outbox: number }> | undefined> {
  const giveUpAt = performance.now() + HUNT_MS_MAX;
  while (performance.now() < giveUpAt) {
    for (const name of order) {
      const progress = await fleet.progress(name);
      if (progress && progress.outbox > 0) return { name, outbox: progress.outbox };
    }
    await sleep(5);
  }
  return undefined;
}
