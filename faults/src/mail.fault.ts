import { planTroubles, TROUBLES } from './mail/mail-troubles.js';
import { type FleetScenario, onFleet } from './on-fleet.js';

/** About one in eight gets a mail, and most that have trouble are begun again; there is one or two without between any that have some. */
const MEMBERS_A_TROUBLE = 13;
const MEMBERS_MIN = 60;
const EACH = 50;

/** The mail server fails in every way it can while a campaign is sent; every trouble hits a mail that is under way. */
const troubled: Pick<FleetScenario, 'members' | 'mail' | 'on'> = {
  members: ({ injections }) => MEMBERS_MIN + injections * MEMBERS_A_TROUBLE,
  mail: ({ injections, seed }) => planTroubles(injections, seed),
  on: ({ mail: { met }, tally, remarks }) => ({
    async check() {
      Object.assign(tally, { done: met.length, inFlight: met.length });
      const counts = TROUBLES.map((trouble) => `${trouble} ${met.filter((one) => one === trouble).length}`);
      remarks.push(`The mail server's troubles: ${counts.join(', ')}.`);
      return [];
    },
  }),
};

export const mail = onFleet({
  ...troubled,
  name: 'mail',
  summary:
    'a mail server that refuses connections, defers, refuses mails, hangs and dies after DATA while a campaign is sent',
  injections: EACH * TROUBLES.length,
  short: TROUBLES.length,
});

/** As many as find mails enough in a real shop. */
export const mailKill = onFleet({
  ...troubled,
  name: 'mail-kill',
  summary: 'the same, fifty times in all',
  injections: EACH,
  short: null,
});
