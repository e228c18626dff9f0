import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@tessera/demo';
import type { ServiceProcess } from './fleet/service-process.js';
import { onFleet } from './on-fleet.js';
import { seeded } from './posting/seeded.js';
import { injected, type Stage } from './stage.js';

const HUNT_MS_MAX = 60_000;
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
      for (const giveUpAt = performance.now() + HUNT_MS_MAX * options.injections; performance.now() < giveUpAt;) {
        if (stage.tally.done === options.injections) return;
        const victim = fleet.service(SERVICES[Math.floor(random() * SERVICES.length)] ?? '');
        await victim.ready();
        await pace.feeding(added(stage, victim));
        await sleep(random() * PUBLISHING_MS);
        await victim.kill();
        const left = await inOutbox(stage, victim);
        victim.start();
        // It had just published all there was, which nobody can see who kills at random.
        if (left === 0) options.say(`${victim.name} killed in vain: nothing to publish.`);
        else injected(stage, `${victim.name} killed, ${left} to publish.`, true);
      }
    },
  }),
});

/** Resolves when something was added to the outbox, or after a while without. */
async function added({ fleet, servers }: Stage, { name }: ServiceProcess): Promise<void> {
  const client = await servers.postgres.connect(fleet.databaseOf(name));
  try {
    const announced = new Promise<void>((resolve) => client.once('notification', () => resolve()));
    await client.query('LISTEN tessera_outbox');
    await Promise.race([announced, sleep(HUNT_MS_MAX, undefined, { ref: false })]);
  } finally {
    await client.end();
  }
}

async function inOutbox({ fleet, servers }: Stage, { name }: ServiceProcess): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM outbox';
  const [found] = await servers.postgres.query<{ count: number }>(fleet.databaseOf(name), sql);
  return found?.count ?? 0;
}
