import { join } from 'node:path';
import { away, crowded, full, killed, locked } from './database/database-outages.js';
import { PostgresServer } from './fleet/postgres-server.js';
import type { OwnServers } from './fleet/servers.js';
import { SmallDisk } from './fleet/small-disk.js';
import { onFleet } from './on-fleet.js';
import { outages, SLICES } from './outages/outage.js';

const DISK_MEGABYTES = 640;
/** Small, so that it keeps no room for its log, and is soon out of connections. */
const SETTINGS = { max_connections: '100', max_wal_size: '64MB', min_wal_size: '32MB' };
const RESUME_MS_MAX = 10_000;

/** A database that is away, killed, locked, crowded or full is not the fault of any event: services wait, and go on by themselves. */
export const database = onFleet({
  name: 'database',
  summary: 'PostgreSQL away for 30 s, killed, out of connections, out of disk, a table of it locked for 20 s',
  injections: 50,
  slices: SLICES,
  short: 5,
  own: onSmallDisk,
  on(stage) {
    const { disk } = stage.servers;
    if (!disk) stage.remarks.push('No disk was filled: only root may mount one that harms nobody else.');
    const kinds = [away(stage), killed(stage), locked(stage), crowded(stage), ...(disk ? [full(stage, disk)] : [])];
    return outages(stage, kinds, { resumeMsMax: RESUME_MS_MAX });
  },
});

async function onSmallDisk(): Promise<OwnServers> {
  const disk = await SmallDisk.make(DISK_MEGABYTES);
  if (!disk) return { remove: async () => undefined };
  try {
    const postgres = await PostgresServer.start(join(disk.folder, 'postgres'), { settings: SETTINGS });
    const remove = (): Promise<void> => postgres.remove().finally(() => disk.remove());
    return { postgres, disk, remove };
  } catch (error) {
    await disk.remove();
    throw error;
  }
}
