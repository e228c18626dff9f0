import { setTimeout as sleep } from 'node:timers/promises';
import { pointsChanged, segmentChanged, type ServiceName, tierChanged } from '@tessera/contracts';
import { freezeAt, type Slept } from './failpoints/freeze-at.js';
import type { ServiceProcess } from './fleet/service-process.js';
import { onFleet } from './on-fleet.js';
import { waitOf } from './scenario.js';
import type { Stage } from './stage.js';
import { until } from './until.js';

const OPEN_MS = 60_000;
const COMMITTED_MS_MAX = 60_000;
/** Until the next ones are caught; events must not be at an end before. */
const ROUND_LONGER = 1.1;
/** Of the state that each publishes all the time. */
const TOPICS: Readonly<Partial<Record<ServiceName, string>>> = {
  membership: tierChanged.topic,
  ledger: pointsChanged.topic,
  segmentation: segmentChanged.topic,
};
const SERVICES = Object.keys(TOPICS) as ServiceName[];
/** Long enough for the log and the database to bear with a transaction that is open for a minute. */
const PATIENT = { sessionMs: 100_000, environment: { DATABASE_IDLE_MS: '80000', DATABASE_LOCK_MS: '10000' } };

/** A transaction has its positions in the outbox and does not commit, while others get higher ones, commit and are published. */
export const lateCommitter = onFleet({
  name: 'late-committer',
  summary: 'a transaction with rows in the outbox stays open for a minute while others commit theirs',
  injections: 20,
  fleet: { ...PATIENT, replicas: Object.fromEntries(SERVICES.map((name) => [name, 2])) },
  on: (stage) => ({
    beside() {
      const { options, pace } = stage;
      const rounds = Math.ceil(options.injections / SERVICES.length);
      pace.evenly({ overMs: rounds * waitOf(options, OPEN_MS) * ROUND_LONGER, atOnce: SERVICES.length });
      return freezeAt(stage, {
        services: SERVICES,
        trapOf: (service) => ({ point: 'outbox.added', topic: TOPICS[service] ?? '' }),
        asleep: (victim) => heldOpen(stage, victim),
      });
    },
  }),
});

/** Resolves when the transaction has been open for long. What is still idle then is that of who sleeps, and must commit when he is awake. */
async function heldOpen({ fleet, servers, options }: Stage, { name }: ServiceProcess): Promise<Slept> {
  const ask = <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    servers.postgres.query(fleet.databaseOf(name), sql, values);
  const openMs = waitOf(options, OPEN_MS);
  const [before] = await ask<{ given: number }>('SELECT last_value::int AS given FROM outbox_positions');
  await sleep(openMs);
  const [passed] = await ask<{ count: number }>(PASSED, [before?.given]);
  const late = await ask<{ xid: string }>(OPEN, [openMs]);
  if (late.length === 0) throw new Error(`No transaction of ${name} was open for ${openMs} ms.`);
  return {
    what: `${passed?.count} rows of others passed by the ${openMs / 1_000} s`,
    hitWork: (passed?.count ?? 0) > 0,
    async awake() {
      const isOver = async (): Promise<readonly string[] | false> => {
        const found = await ask<{ status: string }>(STATUS, [late.map(({ xid }) => xid)]);
        const statuses = found.map(({ status }) => status);
        return !statuses.includes('in progress') && statuses;
      };
      const statuses = await until(`${name} ends what it had open`, COMMITTED_MS_MAX, isOver);
      if (statuses.includes('aborted')) throw new Error(`${name} has rolled back what was open for long.`);
    },
  };
}

/** Positions given since, without what is still there: published, or never committed, as those who sleep commit nothing. */
const PASSED = `
  SELECT (last_value - $1 - (SELECT count(*) FROM outbox WHERE position > $1))::int AS count FROM outbox_positions`;

const OPEN = `
  SELECT backend_xid::text AS xid FROM pg_stat_activity
   WHERE datname = current_database() AND state = 'idle in transaction' AND backend_xid IS NOT NULL
     AND state_change < clock_timestamp() - $1 * interval '0.9 ms'`;

const STATUS = 'SELECT pg_xact_status(xid::xid8) AS status FROM unnest($1::text[]) AS xid';
