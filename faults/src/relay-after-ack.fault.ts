import { SERVICES } from '@tessera/demo';
import { killAt } from './failpoints/kill-at.js';
import { onFleet } from './on-fleet.js';

/** Soon over, because whoever is started again waits for the lease of the dead one. */
const LEASE_MS = 1_500;

/** The log has taken rows and they are still in the outbox: each must come again, once for every death, and take effect once. */
export const relayAfterAck = onFleet({
  name: 'relay-after-ack',
  summary: 'kill -9 of a service when the log has taken rows of its outbox and none of them is removed',
  injections: 200,
  fleet: { leaseMs: LEASE_MS },
  on(stage) {
    let taken = 0;
    return {
      beside: () =>
        killAt(stage, {
          victims: SERVICES,
          point: 'relay.after-ack',
          when: 'at-once',
          async inspect(_victim, { count }) {
            taken += count;
            return 'all to be published again';
          },
        }),
      async check({ repeated }) {
        stage.remarks.push(`${taken} rows were on the log when their relay died.`);
        return repeated >= taken ? [] : [`${taken} rows had to be published again, ${repeated} were`];
      },
    };
  },
});
