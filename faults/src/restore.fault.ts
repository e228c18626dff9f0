import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaServer } from './fleet/kafka-server.js';
import { PostgresServer } from './fleet/postgres-server.js';
import type { OwnServers } from './fleet/servers.js';
import { onFleet } from './on-fleet.js';
import { allMoving } from './outages/all-moving.js';
import { hasWork } from './outages/has-work.js';
import { dealer } from './posting/deal.js';
import { seeded } from './posting/seeded.js';
import { Backups, type Installed, installedPostgres } from './restore/backups.js';
import { beforeStrangeLog } from './restore/strange-log.js';
import { backUpAll, rebuilt, RESTORED } from './restore/troubles.js';
import { injected, type Stage } from './stage.js';

const EACH = 5;
const KINDS = RESTORED.length + 2;
const SLICES = 10;

/** What the guide says of a loss, done by its own commands while events keep coming: nothing that came by the log is missing afterwards. */
export const restore = onFleet({
  name: 'restore',
  summary:
    'databases set back to an earlier dump as the guide has it, segments rebuilt, services started before a strange Kafka',
  injections: EACH * KINDS,
  short: 3,
  slices: SLICES,
  own: onInstalledPostgres,
  on: (stage) => ({ beside: () => troubleAfterTrouble(stage) }),
});

async function troubleAfterTrouble(stage: Stage): Promise<void> {
  const { options, pace } = stage;
  const random = seeded(options.seed);
  const next = dealer([...RESTORED, rebuilt, beforeStrangeLog(options.seed)], random);
  const folder = mkdtempSync(join(tmpdir(), 'tessera-backups-'));
  try {
    const place = { stage, backups: new Backups(await installed(), folder), written: new Map<string, number>() };
    // From now on nothing comes over HTTP that a dump would miss.
    await pace.feeding(allMoving(stage));
    for (let number = 0; number < options.injections; number += 1) {
      if (number % KINDS === 0) await backUpAll(place);
      const isAtWork = await pace.feeding(hasWork(stage));
      await next()({ ...place, lasting: (what) => injected(stage, `${what}.`, isAtWork) });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Dumps are read and written by the programs of the server's own version, which those that Tessera brings along are not among. */
async function onInstalledPostgres(): Promise<OwnServers> {
  const { programs } = await installed();
  const folder = mkdtempSync(join(tmpdir(), 'tessera-restore-'));
  const removed = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const postgres = await PostgresServer.start(join(folder, 'postgres'), { programs });
    // Needed later only, and slow to start.
    const stranger = KafkaServer.start(join(folder, 'kafka'));
    stranger.catch(() => undefined);
    const remove = async (): Promise<void> => {
      await (await stranger.catch(() => undefined))?.stop();
      await postgres.remove();
      removed();
    };
    return { postgres, stranger, remove };
  } catch (error) {
    removed();
    throw error;
  }
}

async function installed(): Promise<Installed> {
  const found = await installedPostgres();
  if (!found) throw new Error('Dumps need a PostgreSQL with its programs on this machine: package `postgresql`.');
  return found;
}
