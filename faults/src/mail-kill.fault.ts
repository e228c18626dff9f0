import { planTroubles } from './mail/mail-troubles.js';
import { onFleet } from './on-fleet.js';

/** Lets the mail server fail in every way it can while a campaign is sent; every trouble hits a mail that is under way. */
export const mailKill = onFleet({
  name: 'mail-kill',
  summary: 'a mail server that dies after DATA, hangs, refuses and defers while a campaign is sent',
  injections: 24,
  mail: ({ injections, seed }) => planTroubles(injections, seed),
  on: ({ mail, tally, remarks }) => ({
    async check() {
      const { met } = mail;
      Object.assign(tally, { done: met.length, inFlight: met.length });
      remarks.push(`The mail server's troubles: ${met.join(', ')}.`);
      return [];
    },
  }),
});
