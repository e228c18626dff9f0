import type { Report, Shop } from '@tessera/demo';
import { Fleet, type FleetOptions } from './fleet/fleet.js';
import type { Audit } from './judging/published-audit.js';
import { verdictOn } from './judging/verdict.js';
import { TroubledMailServer } from './mail/troubled-mail-server.js';
import type { Trouble } from './mail/mail-troubles.js';
import { Pace } from './posting/pace.js';
import { type Brought, eventsOf, plan, postedOf, pour, type Poured, prepare, type Strike } from './posting/pouring.js';
import type { FaultOptions, FaultReport, Ground, Scenario } from './scenario.js';
import type { Stage } from './stage.js';

/** What a scenario does to the fleet while a shop is poured into it. */
export type Doing = Readonly<{
  /** At as many moments of the posting as there are injections; no events pass until it resolves. */
  strike?(moment: Strike, isPosting: boolean): Promise<void>;
  /** Side by side with the posting, which is spread over its injections and does not end before it. */
  beside?(): Promise<void>;
  /** Once nothing is left to do and all that was published is read: whatever else must hold. Each line is something that does not. */
  check?(audit: Audit): Promise<readonly string[]>;
}>;

export type FleetScenario = Readonly<{
  name: string;
  summary: string;
  injections: number;
  /** 2 unless given; null for a scenario that cannot be over in 20 s. */
  short?: number | null;
  /** Where it breaks or slows the servers themselves, or measures how long something takes. */
  alone?: boolean;
  fleet?: FleetOptions;
  /** Which mail meets which trouble; none unless given. */
  mail?(options: FaultOptions): ReadonlyMap<number, Trouble>;
  /** Facts of the shop, or beside it, that the scenario puts on the log itself; the posting leaves them out, the oracle counts them. */
  brings?(shop: Shop, options: FaultOptions): Brought;
  on(stage: Stage): Doing;
}>;

/** A scenario on services of their own processes, a real Kafka, PostgreSQL and mail server, with all that is checked of every one. */
export function onFleet(scenario: FleetScenario): Scenario {
  const { name, summary, injections, short = 2, alone = false } = scenario;
  return { name, summary, injections, short, alone, run: (options, ground) => run(scenario, options, ground) };
}

async function run(scenario: FleetScenario, options: FaultOptions, ground: Ground): Promise<FaultReport> {
  const { name, fleet: fleetOptions = {} } = scenario;
  const poured = await prepare(options, (shop) => scenario.brings?.(shop, options) ?? { purchases: [], refunds: [] });
  const { shop, brought } = poured;
  const servers = await ground.servers();
  const mail = await TroubledMailServer.open(scenario.mail?.(options));
  try {
    const setting = { servers, name, currency: shop.currency, smtpUrl: mail.url, options: fleetOptions };
    const fleet = await Fleet.start(setting);
    try {
      options.say('The services are ready.');
      const tally = { done: 0, inFlight: 0 };
      const isIdle = async (): Promise<boolean> => (await fleet.workLeft()) === 0;
      const pace = new Pace(options.injections, () => tally.done, postedOf(shop), isIdle);
      const stage: Stage = { options, servers, fleet, mail, shop, brought, tally, pace, poisoned: [], remarks: [] };
      const doing = scenario.on(stage);
      const report = await pourWhile(doing, stage, poured);
      const check = async (audit: Audit) => (await doing.check?.(audit)) ?? [];
      return await verdictOn(stage, { name, poured, report, check });
    } finally {
      await fleet.remove();
    }
  } finally {
    await mail.close();
  }
}

async function pourWhile(doing: Doing, stage: Stage, poured: Poured): Promise<Report> {
  const { options, fleet, pace, shop } = stage;
  const strike = doing.strike?.bind(doing);
  const beside = doing.beside?.().finally(() => pace.over());
  // It is awaited below; until then its failure is not unheard.
  beside?.catch(() => undefined);
  try {
    return await pour({
      target: fleet.urlFor,
      token: fleet.token,
      poured,
      options,
      ...(strike && { moments: plan(options, eventsOf(shop)), strike }),
      ...(beside && { pace }),
    });
  } finally {
    await beside;
  }
}
