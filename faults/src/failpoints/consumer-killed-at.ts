import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@tessera/demo';
import type { Failpoint, Passing } from '@tessera/platform-messaging';
import type { ServiceProcess } from '../fleet/service-process.js';
import { type FleetScenario, onFleet } from '../on-fleet.js';
import type { Scenario } from '../scenario.js';
import type { Stage } from '../stage.js';
import { killAt } from './kill-at.js';

type ConsumerKilled = Pick<FleetScenario, 'name' | 'summary'> &
  Readonly<{
    point: Extract<Failpoint, `consumer.${string}`>;
    /** Whether the batch under way must have taken effect, must not have, or may have: then its COMMIT is on its way. */
    committed: boolean | 'maybe';
  }>;

/** A short session, because the others of the group wait for it to end before they take the dead one's partitions. */
const SESSION_MS = 3_000;
/** The database hears of a death, or finishes a COMMIT, a moment later. */
const SETTLE_MS = 100;

/** Services killed at a point of their consuming, 200 times. */
export function consumerKilledAt({ name, summary, point, committed }: ConsumerKilled): Scenario {
  return onFleet({
    name,
    summary,
    injections: 200,
    fleet: { sessionMs: SESSION_MS },
    on(stage) {
      const counts = { committed: 0, rolledBack: 0 };
      return {
        beside: () =>
          killAt(stage, {
            victims: SERVICES,
            point,
            when: committed === 'maybe' ? 'next-turn' : 'at-once',
            async inspect(victim, passing) {
              const isCommitted = await hasCommitted(stage, victim, passing);
              counts[isCommitted ? 'committed' : 'rolledBack'] += 1;
              return isCommitted ? 'committed' : 'rolled back';
            },
          }),
        async check() {
          stage.remarks.push(`Batches under way: ${counts.committed} committed, ${counts.rolledBack} rolled back.`);
          const wrong = committed === true ? counts.rolledBack : committed === false ? counts.committed : 0;
          return wrong === 0 ? [] : [`${wrong} processes did not die at ${point}`];
        },
      };
    },
  });
}

async function hasCommitted({ fleet, servers }: Stage, { name }: ServiceProcess, passing: Passing): Promise<boolean> {
  await sleep(SETTLE_MS);
  const [position] = await servers.postgres.query<{ next_offset: number }>(
    fleet.databaseOf(name),
    'SELECT next_offset::int FROM consumer_offsets WHERE topic = $1 AND partition = $2',
    [passing.topic, passing.partition],
  );
  return (position?.next_offset ?? 0) > (passing.last ?? 0);
}
