import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@tessera/demo';
import { seeded } from '../posting/seeded.js';
import { waitOf } from '../scenario.js';
import type { Stage } from '../stage.js';
import type { Backups } from './backups.js';
import type { Trouble } from './troubles.js';

const LEFT_ALONE_MS = 10_000;
const REFUSAL_MS_MAX = 60_000;
/** Something that it would publish if it went by the wrong log. */
const BAIT = `INSERT INTO outbox (topic, key, headers) VALUES ('points.changed', 'bait', '{}')`;
const NO_BAIT = `DELETE FROM outbox WHERE key = 'bait'`;

/** Starts a service before a Kafka that never fed it: it says so, and changes nothing, neither there nor in its database. */
export function beforeStrangeLog(seed: number): Trouble {
  const random = seeded(seed);
  return async ({ stage, backups, lasting }) => {
    const { fleet, servers, options } = stage;
    const service = SERVICES[Math.floor(random() * SERVICES.length)] ?? 'ledger';
    const stranger = await servers.stranger;
    if (!stranger) throw new Error('There is no other Kafka.');
    const process = fleet.service(service);
    await process.stop();
    await servers.postgres.query(fleet.databaseOf(service), BAIT);
    try {
      const before = await contents(stage, backups, service);
      process.start({ KAFKA_BROKERS: stranger.brokers });
      await refusal(`${process.url}/${service}/v1/summary`, fleet.token);
      lasting(`${service} started before a log that is not its own`);
      await sleep(waitOf(options, LEFT_ALONE_MS));
      if ((await fetch(`${process.url}/readyz`)).ok)
        throw new Error(`${service} is ready before a log that is not its own.`);
      await process.stop();
      const changed = firstDifference(before, await contents(stage, backups, service));
      if (changed !== undefined) throw new Error(`${service} has changed its database: ${changed}`);
      const records = await stranger.records(fleet.topicPrefix);
      if (records > 0) throw new Error(`${service} has put ${records} records on a log that is not its own.`);
    } finally {
      await servers.postgres.query(fleet.databaseOf(service), NO_BAIT);
    }
    process.start();
    await process.ready();
  };
}

const contents = ({ fleet, servers }: Stage, backups: Backups, service: string): Promise<string> => {
  const name = fleet.databaseOf(service);
  return backups.contents({ name, url: servers.postgres.url(name) });
};

/** Resolves when it answers that it will not. */
async function refusal(url: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  for (const giveUpAt = performance.now() + REFUSAL_MS_MAX; performance.now() < giveUpAt; await sleep(100)) {
    const response = await fetch(url, { headers }).catch(() => undefined);
    if (response?.ok) throw new Error(`${url} answers as if the log were its own.`);
    if (response?.status === 503 && (await response.text()).includes('foreign-log')) return;
  }
  throw new Error(`${url} does not refuse.`);
}

function firstDifference(before: string, after: string): string | undefined {
  if (before === after) return undefined;
  const known = new Set(before.split('\n'));
  return after.split('\n').find((line) => !known.has(line)) ?? 'lines are missing';
}
