import { type Progress, SERVICES } from '@tessera/demo';
import { Fleet } from './fleet.js';
import { eventsOf, plan, pour, prepare, type Strike } from './pouring.js';
import type { FaultOptions, Scenario } from './scenario.js';
import { TroubledMailServer } from './troubled-mail-server.js';
import { type Tally, verdictOn } from './verdict.js';

const NAME = 'consumer-kill';

/** Kills one service process after another while a shop is poured in over Kafka; the others go on, and events keep coming. */
export const consumerKill: Scenario = {
  name: NAME,
  summary: 'services on a real Kafka, one process each: kill -9 of a random one at random moments, and its restart',
  injections: 50,
  async run(options) {
    const poured = await prepare(options);
    const received = await TroubledMailServer.open();
    const fleet = await Fleet.start({ currency: poured.shop.currency, smtpUrl: received.url, say: options.say });
    try {
      const tally = { done: 0, inFlight: 0 };
      const report = await pour(fleet, poured, {
        moments: plan(options, eventsOf(poured.shop)),
        strike: (moment, isPosting) => strike(fleet, moment, isPosting, tally, options),
      });
      return await verdictOn(fleet, { name: NAME, options, poured, report, tally, received });
    } finally {
      await fleet.remove();
      await received.close();
    }
  },
};

/** Does not wait until the process is back, so that events keep coming while it is away; only its own next death does. */
async function strike(
  fleet: Fleet,
  { afterEvents, choice }: Strike,
  isPosting: boolean,
  tally: Tally,
  { injections, say }: FaultOptions,
): Promise<void> {
  const { services } = fleet;
  const victim = services[Math.floor(choice * services.length)];
  if (!victim) throw new Error('There is nobody to kill.');
  await victim.ready();
  const left = isPosting ? 'a request' : `${await workLeft(fleet)} records`;
  await victim.kill();
  victim.start();
  tally.done += 1;
  if (left !== '0 records') tally.inFlight += 1;
  say(`${tally.done}/${injections}: ${victim.name} killed after ${afterEvents} events, ${left} under way.`);
}

/** Of those who say it: a service that is just coming back is no reason to wait. */
async function workLeft(fleet: Fleet): Promise<number> {
  const told = await Promise.all(SERVICES.map((name) => fleet.progress(name)));
  const said = told.filter((progress): progress is Progress => progress !== undefined);
  return said.reduce((sum, { lag, outbox, work }) => sum + lag + outbox + work, 0);
}
