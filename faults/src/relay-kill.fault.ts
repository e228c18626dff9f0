import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@tessera/demo';
import { Fleet } from './fleet.js';
import { eventsOf, plan, pour, prepare, type Strike } from './pouring.js';
import type { FaultOptions, Scenario } from './scenario.js';
import { TroubledMailServer } from './troubled-mail-server.js';
import { type Tally, verdictOn } from './verdict.js';

const NAME = 'relay-kill';
const HUNT_MS_MAX = 5_000;
/** About as long as a batch takes from the outbox to the log and out of the outbox. */
const PUBLISHING_MS = 30;

/** Kills services just while they publish: what was appended and not yet removed comes again, what was not must still come. */
export const relayKill: Scenario = {
  name: NAME,
  summary: 'the same, but each time a process whose outbox is not empty: between appending to the log and removing',
  injections: 50,
  async run(options) {
    const poured = await prepare(options);
    const received = await TroubledMailServer.open();
    const fleet = await Fleet.start({ currency: poured.shop.currency, smtpUrl: received.url, say: options.say });
    try {
      const tally = { done: 0, inFlight: 0 };
      // Events keep coming while it waits for a victim: without them nobody would soon have anything to publish.
      let hunts = Promise.resolve();
      const begin = (moment: Strike): Promise<void> => {
        hunts = hunts.then(() => strike(fleet, moment, tally, options));
        hunts.catch(() => undefined);
        return Promise.resolve();
      };
      const moments = plan(options, eventsOf(poured.shop));
      const report = await pour(fleet, poured, { moments, strike: begin }).finally(() => hunts);
      return await verdictOn(fleet, { name: NAME, options, poured, report, tally, received });
    } finally {
      await fleet.remove();
      await received.close();
    }
  },
};

/** Waits, for a moment, for one that has something to publish; the moment's choice says whom it asks first. */
async function strike(
  fleet: Fleet,
  { afterEvents, choice }: Strike,
  tally: Tally,
  { injections, say }: FaultOptions,
): Promise<void> {
  const first = Math.floor(choice * SERVICES.length);
  const order = [...SERVICES.slice(first), ...SERVICES.slice(0, first)];
  const found = await publishing(fleet, order);
  const victim = fleet.service(found?.name ?? order[0] ?? '');
  if (found) await sleep(((choice * 1_000) % 1) * PUBLISHING_MS);
  else await victim.ready();
  await victim.kill();
  victim.start();
  tally.done += 1;
  if (found) tally.inFlight += 1;
  say(
    `${tally.done}/${injections}: ${victim.name} killed after ${afterEvents} events, ${found?.outbox ?? 0} to publish.`,
  );
}

async function publishing(
  fleet: Fleet,
  order: readonly string[],
): Promise<Readonly<{ name: string; outbox: number }> | undefined> {
  const giveUpAt = performance.now() + HUNT_MS_MAX;
  while (performance.now() < giveUpAt) {
    for (const name of order) {
      const progress = await fleet.progress(name);
      if (progress && progress.outbox > 0) return { name, outbox: progress.outbox };
    }
    await sleep(5);
  }
  return undefined;
}
