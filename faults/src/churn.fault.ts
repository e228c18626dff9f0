import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, SERVICES } from '@tessera/demo';
import type { ServiceProcess } from './fleet/service-process.js';
import { onFleet } from './on-fleet.js';
import { seeded } from './posting/seeded.js';
import { injected, type Stage } from './stage.js';
import { until } from './until.js';

const EVERY_MS = 5_000;
const GUESTS_MAX = 4;
const WORK_MS_MAX = 60_000;

/** Beside the first process of each service, which stays, others come and go, and the partitions with them. */
export const churn = onFleet({
  name: 'churn',
  summary: 'every 5 s a further process of some service joins its group, or leaves it in order',
  injections: 60,
  on: (stage) => ({
    async beside() {
      const { options, pace } = stage;
      pace.evenly({ overMs: options.injections * EVERY_MS, atOnce: 1 });
      const random = seeded(options.seed);
      const guests: ServiceProcess[] = [];
      for (let number = 0; number < options.injections; number += 1) {
        const nextAt = performance.now() + EVERY_MS;
        const leaves = guests.length === GUESTS_MAX || (guests.length > 0 && random() < 0.5);
        if (leaves) await leave(stage, guests.splice(Math.floor(random() * guests.length), 1));
        else guests.push(await join(stage, SERVICES[Math.floor(random() * SERVICES.length)] ?? 'ledger'));
        await sleep(nextAt - performance.now());
      }
      await Promise.all(guests.map((guest) => guest.ready()));
    },
  }),
});

async function join(stage: Stage, name: Service): Promise<ServiceProcess> {
  const { fleet } = stage;
  const guest = fleet.replicas(name).find(({ isRunning }) => !isRunning) ?? (await fleet.addReplica(name));
  const left = await workUnderWay(stage);
  guest.start();
  injected(stage, `one more ${name}, ${left} records under way.`, true);
  return guest;
}

async function leave(stage: Stage, leaving: readonly ServiceProcess[]): Promise<void> {
  for (const guest of leaving) {
    await guest.ready();
    const left = await workUnderWay(stage);
    await guest.stop();
    injected(stage, `one ${guest.name} less, ${left} records under way.`, true);
  }
}

const workUnderWay = ({ fleet, pace }: Stage): Promise<number> =>
  pace.feeding(until('there is work', WORK_MS_MAX, async () => (await fleet.workLeft()) || false));
