import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@tessera/demo';
import type pg from 'pg';
import type { PostgresServer } from '../fleet/postgres-server.js';
import type { SmallDisk } from '../fleet/small-disk.js';
import type { Outage } from '../outages/outage.js';
import { waitOf } from '../scenario.js';
import type { Stage } from '../stage.js';

/** In the whole form, and in the short one, which is to go through all of them in 20 s. */
const AWAY_MS = [30_000, 3_000] as const;
const LOCKED_MS = [20_000, 3_000] as const;
const CROWDED_MS = [10_000, 1_500] as const;
const FULL_MS = [10_000, 1_500] as const;

/** SQLSTATE of who is turned away because all connections are taken. */
const TOO_MANY = '53300';
const ROUNDS_MAX = 20;
const GUESTS_A_ROUND = 20;
/** All that a service does goes by them. */
const HOT_TABLES = ['consumer_offsets', 'outbox', 'subjects'];

/** Shut down in order, and started again a while later. */
export const away = ({ servers, options }: Stage): Outage => ({
  name: 'database away',
  async make(lasting) {
    await servers.postgres.shutDown();
    await lasting();
    await sleep(waitOf(options, ...AWAY_MS));
    await servers.postgres.restart();
  },
});

/** kill -9: it recovers from its log. */
export const killed = ({ servers }: Stage): Outage => ({
  name: 'database killed',
  async make(lasting) {
    await servers.postgres.kill();
    await lasting();
    await servers.postgres.restart();
  },
});

/** Somebody else holds a lock on one of the tables that a service cannot do without. */
export const locked = ({ servers, fleet, options }: Stage): Outage => ({
  name: 'table locked',
  async make(lasting, random) {
    const pick = (names: readonly string[]): string => names[Math.floor(random() * names.length)] ?? '';
    const client = await servers.postgres.connect(fleet.databaseOf(pick(SERVICES)));
    try {
      await client.query(`BEGIN; LOCK TABLE ${pick(HOT_TABLES)} IN ACCESS EXCLUSIVE MODE`);
      await lasting();
      await sleep(waitOf(options, ...LOCKED_MS));
    } finally {
      await client.end();
    }
  },
});

/** Strangers have every connection that the server allows; those of the services are ended, and nobody gets one anew. */
export const crowded = (stage: Stage): Outage => ({
  name: 'no connection left',
  async make(lasting) {
    const { postgres } = stage.servers;
    const host = await postgres.connect('postgres');
    const guests = [host];
    try {
      for (let round = 0; ; round += 1) {
        guests.push(...(await allThatGetIn(stage)));
        const ours = `datname IN (${SERVICES.map((name) => `'${stage.fleet.databaseOf(name)}'`).join()})`;
        const ended = await host.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${ours}`);
        if (ended.rowCount === 0) break;
        if (round === ROUNDS_MAX) throw new Error('The services keep getting connections.');
      }
      await lasting();
      await sleep(waitOf(stage.options, ...CROWDED_MS));
    } finally {
      await Promise.all(guests.map((guest) => guest.end()));
    }
  },
});

async function allThatGetIn({ servers }: Stage): Promise<pg.Client[]> {
  const inside: pg.Client[] = [];
  for (;;) {
    const tried = await Promise.allSettled(
      Array.from({ length: GUESTS_A_ROUND }, () => servers.postgres.connect('postgres')),
    );
    inside.push(...tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    const refused = tried.flatMap((one) => (one.status === 'rejected' ? [one.reason as { code?: string }] : []));
    const other = refused.find(({ code }) => code !== TOO_MANY);
    if (other) throw other;
    if (refused.length > 0) return inside;
  }
}

/** No room for a single page more, neither for rows nor for the server's own log. */
export const full = ({ servers, options }: Stage, disk: SmallDisk): Outage => ({
  name: 'disk full',
  async make(lasting) {
    const { postgres } = servers;
    disk.fill();
    try {
      await assertFull(postgres);
      await lasting();
      await sleep(waitOf(options, ...FULL_MS));
    } finally {
      disk.empty();
    }
    await postgres.revive();
  },
});

/** A table that does not grow; or the server ends the connection, because it could not write its own log and gives up. */
async function assertFull(postgres: PostgresServer): Promise<void> {
  const more = 'CREATE TABLE more AS SELECT repeat(n::text, 100) FROM generate_series(1, 10000) n';
  const isFull = await postgres.query('postgres', more).then(
    () => false,
    () => true,
  );
  if (!isFull) throw new Error('There is room on the disk that was to be full.');
}
