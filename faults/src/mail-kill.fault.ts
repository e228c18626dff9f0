import { Fleet } from './fleet.js';
import { planTroubles } from './mail-troubles.js';
import { pour, prepare } from './pouring.js';
import type { Scenario } from './scenario.js';
import { TroubledMailServer } from './troubled-mail-server.js';
import { verdictOn } from './verdict.js';

const NAME = 'mail-kill';

/** Lets the mail server fail in every way it can while a campaign is sent; every trouble hits a mail that is under way. */
export const mailKill: Scenario = {
  name: NAME,
  summary: 'a mail server that dies after DATA, hangs, refuses and defers while a campaign is sent',
  injections: 24,
  async run(options) {
    const { injections, seed, say } = options;
    const poured = await prepare(options);
    const received = await TroubledMailServer.open(planTroubles(injections, seed));
    const fleet = await Fleet.start({ currency: poured.shop.currency, smtpUrl: received.url, say });
    try {
      const report = await pour(fleet, poured, { moments: [], strike: () => Promise.resolve() });
      const { met } = received;
      say(`The mail server's troubles: ${met.join(', ')}.`);
      const tally = { done: met.length, inFlight: met.length };
      return await verdictOn(fleet, { name: NAME, options, poured, report, tally, received });
    } finally {
      await fleet.remove();
      await received.close();
    }
  },
};
