import { setTimeout as sleep } from 'node:timers/promises';
import type { Passing } from '@tessera/platform-messaging';
import { freezeAt, type Slept } from './failpoints/freeze-at.js';
import type { ServiceProcess } from './fleet/service-process.js';
import { onFleet } from './on-fleet.js';
import { waitOf } from './scenario.js';
import type { Stage } from './stage.js';
import { until } from './until.js';

const SESSION_MS = 3_000;
const TAKEN_OVER_MS_MAX = 120_000;

/** A consumer falls asleep with its transaction open, another gets its partition and handles that very batch, and the first goes on. */
export const consumerFrozen = onFleet({
  name: 'consumer-frozen',
  summary: 'a consumer frozen inside its transaction for two session time-outs, its partition taken over, and woken',
  injections: 20,
  fleet: { replicas: { membership: 2, ledger: 2 }, sessionMs: SESSION_MS },
  on: (stage) => ({
    beside: () =>
      freezeAt(stage, {
        services: ['membership', 'ledger'],
        trapOf: () => ({ point: 'consumer.in-transaction' }),
        asleep: (victim, passing) => takenOver(stage, victim, passing),
      }),
  }),
});

/** Resolves when two session time-outs are over and the batch is another's, who has committed it. */
async function takenOver(
  { fleet, servers, options }: Stage,
  { name }: ServiceProcess,
  passing: Passing,
): Promise<Slept> {
  const { topic, partition, last = 0 } = passing;
  const startedAt = performance.now();
  const isTaken = async (): Promise<number | false> => {
    const found = await servers.postgres.query(
      fleet.databaseOf(name),
      'SELECT FROM consumer_offsets WHERE topic = $1 AND partition = $2 AND next_offset > $3',
      [topic, partition, last],
    );
    return found.length > 0 && performance.now() - startedAt;
  };
  const [afterMs] = await Promise.all([
    until(`another takes over ${topic}/${partition} of ${name}`, TAKEN_OVER_MS_MAX, isTaken),
    sleep(waitOf(options, 2 * SESSION_MS)),
  ]);
  return { what: `${topic}/${partition} was another's after ${Math.round(afterMs)} ms`, hitWork: true };
}
