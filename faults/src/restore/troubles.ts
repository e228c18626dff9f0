import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@tessera/demo';
import type { Stage } from '../stage.js';
import type { Backups, Database } from './backups.js';
import { type Spoken, spoken, upkeepDone } from './upkeep.js';

/** Does something to a database or its log; rejects if that does not come of it which must. */
export type Trouble = (place: Place) => Promise<void>;

export type Place = Readonly<{
  stage: Stage;
  backups: Backups;
  /** Events that each service had written when it was backed up. */
  written: Map<string, number>;
  /** To be called once the trouble is made. From then on the next events come. */
  lasting(what: string): void;
}>;

const WRITING_MS_MAX = 300_000;

const databaseOf = ({ fleet, servers }: Stage, service: string): Database => {
  const name = fleet.databaseOf(service);
  return { name, url: servers.postgres.url(name) };
};

/** Backs every service up, one after the other, while all of them go on. */
export async function backUpAll({ stage, backups, written }: Omit<Place, 'lasting'>): Promise<void> {
  for (const service of SERVICES) {
    written.set(service, (await spoken(stage, service)).events);
    await backups.backUp(databaseOf(stage, service));
  }
}

/** Sets a service back to its backup: it catches up by itself, and what it had said meanwhile is said anew. */
export const restored =
  (service: string): Trouble =>
  async ({ stage, backups, written, lasting }) => {
    const process = stage.fleet.service(service);
    const { epoch, events } = await stage.pace.feeding(spokenBeyond(stage, service, written.get(service) ?? 0));
    await process.stop();
    lasting(`${service} set back to a dump, ${events - (written.get(service) ?? 0)} events forgotten`);
    await backups.putInPlace(databaseOf(stage, service));
    process.start();
    await process.ready();
    await upkeepDone(stage, service, 'restoring', epoch);
  };

/** Makes segments anew from the log, while events keep coming. */
export const rebuilt: Trouble = async ({ stage, lasting }) => {
  const before = await spoken(stage, 'segmentation');
  const path = '/segmentation/v1/admin/rebuild';
  await stage.fleet.client({ path }).post(path, { confirm: true });
  lasting('segmentation rebuilt');
  await upkeepDone(stage, 'segmentation', 'rebuilding', before.epoch);
};

async function spokenBeyond(stage: Stage, service: string, written: number): Promise<Spoken> {
  for (const giveUpAt = performance.now() + WRITING_MS_MAX; performance.now() < giveUpAt; await sleep(50)) {
    const now = await spoken(stage, service);
    if (now.events > written) return now;
  }
  throw new Error(`${service} has nothing to say.`);
}

export const RESTORED = SERVICES.map(restored);
