import type { ServiceName } from '@tessera/contracts';
import { freezeAt, type Slept } from './failpoints/freeze-at.js';
import type { ServiceProcess } from './fleet/service-process.js';
import { onFleet } from './on-fleet.js';
import type { Stage } from './stage.js';
import { until } from './until.js';

/** Of the services that publish most. */
const SERVICES: readonly ServiceName[] = ['membership', 'ledger'];
const POINTS = ['relay.before-append', 'relay.after-ack'] as const;
const LEASE_MS = 1_500;
const TAKEN_OVER_MS_MAX = 120_000;

/** A leader falls asleep, another publishes its rows and newer ones, and the first goes on where it was: with rows long published. */
export const relayFrozen = onFleet({
  name: 'relay-frozen',
  summary:
    'the leader of a relay frozen before it appends or before it removes, replaced by another replica, and woken',
  injections: 20,
  fleet: { replicas: { membership: 2, ledger: 2 }, leaseMs: LEASE_MS },
  on(stage) {
    let acknowledged = 0;
    return {
      beside: () =>
        freezeAt(stage, {
          services: SERVICES,
          trapOf: (service, turn) => ({ point: POINTS[(turn + SERVICES.indexOf(service)) % 2] ?? 'relay.after-ack' }),
          async asleep(victim, { count }, point) {
            if (point === 'relay.after-ack') acknowledged += count;
            return replaced(stage, victim);
          },
        }),
      async check({ repeated }) {
        stage.remarks.push(
          `${acknowledged} rows were on the log when their leader fell asleep, and still in the outbox.`,
        );
        return repeated >= acknowledged ? [] : [`${acknowledged} rows had to be published again, ${repeated} were`];
      },
    };
  },
});

/** Resolves when another leads, and has published what the frozen one had read and something newer. */
async function replaced({ fleet, servers, pace }: Stage, { name }: ServiceProcess): Promise<Slept> {
  const look = async (): Promise<Outbox> => {
    const [outbox] = await servers.postgres.query<Outbox>(fleet.databaseOf(name), OUTBOX);
    if (!outbox) throw new Error(`${name} has no lease.`);
    return outbox;
  };
  const before = await look();
  const publishedNewer = async (): Promise<Outbox | false> => {
    const now = await look();
    const next = now.lowest ?? now.given + 1;
    return now.epoch > before.epoch && next > before.given + 1 && now;
  };
  const { given } = await pace.feeding(until(`another publishes for ${name}`, TAKEN_OVER_MS_MAX, publishedNewer));
  return { what: `another led meanwhile, ${given - before.given} rows more`, hitWork: true };
}

/** `given`: the highest position there is; `lowest`: of those that are still to be published. */
type Outbox = Readonly<{ epoch: number; given: number; lowest: number | null }>;

const OUTBOX = `
  SELECT epoch::int, (SELECT last_value::int FROM outbox_positions) AS given, (SELECT min(position)::int FROM outbox) AS lowest
    FROM relay_lease`;
