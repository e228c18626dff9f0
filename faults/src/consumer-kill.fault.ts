import { onFleet } from './on-fleet.js';
import { injected } from './stage.js';

/** Kills one service process after another while a shop is poured in over Kafka; the others go on, and events keep coming. */
export const consumerKill = onFleet({
  name: 'consumer-kill',
  summary: 'services on a real Kafka, one process each: kill -9 of a random one at random moments, and its restart',
  injections: 50,
  on: (stage) => ({
    /** Does not wait until the process is back, so that events keep coming while it is away; only its own next death does. */
    async strike({ afterEvents, choice }, isPosting) {
      const { fleet } = stage;
      const victim = fleet.services[Math.floor(choice * fleet.services.length)];
      if (!victim) throw new Error('There is nobody to kill.');
      await victim.ready();
      const left = isPosting ? 'a request' : `${await fleet.workLeft()} records`;
      await victim.kill();
      victim.start();
      const what = `${victim.name} killed after ${afterEvents} events, ${left} under way.`;
      injected(stage, what, left !== '0 records');
    },
  }),
});
