import type { Report, Shop } from '@tessera/demo';
import { Fleet, type FleetOptions } from './fleet/fleet.js';
import type { OwnServers, ServersInUse } from './fleet/servers.js';
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
  fleet?: FleetOptions;
  /** Requests that the posting of an injection's events is cut into; 2 unless given. More where each injection waits for work several times. */
  slices?: number;
  /** How long an injection may keep events from passing, where 5 min would not do. */
  awayMsMax?: number;
  /** Servers of its own, where the shared ones would not do; they are removed when it is over. */
  own?(options: FaultOptions): Promise<OwnServers>;
  /** Of the made-up shop, at least; as many as in every other run unless given. */
  members?(options: FaultOptions): number;
  /** Which mail meets which trouble; none unless given. */
  mail?(options: FaultOptions): ReadonlyMap<number, Trouble>;
  /** Facts of the shop, or beside it, that the scenario puts on the log itself; the posting leaves them out, the oracle counts them. */
  brings?(shop: Shop, options: FaultOptions): Brought;
  on(stage: Stage): Doing;
}>;

/** A scenario on services of their own processes, a real Kafka, PostgreSQL and mail server, with all that is checked of every one. */
export function onFleet(scenario: FleetScenario): Scenario {
  const { name, summary, injections, short = 2 } = scenario;
  return { name, summary, injections, short, run: (options, ground) => run(scenario, options, ground) };
}

async function run(scenario: FleetScenario, options: FaultOptions, ground: Ground): Promise<FaultReport> {
  const { kafka, postgres } = await ground.servers();
  const own = await scenario.own?.(options);
  try {
    return await runOn({ kafka, postgres, ...own }, scenario, options);
  } finally {
    await own?.remove();
  }
}

async function runOn(servers: ServersInUse, scenario: FleetScenario, options: FaultOptions): Promise<FaultReport> {
  const { name, fleet: fleetOptions = {} } = scenario;
  const bring = (shop: Shop): Brought => scenario.brings?.(shop, options) ?? { purchases: [], refunds: [] };
  const poured = await prepare(options, bring, scenario.members?.(options));
  const { shop, brought } = poured;
  const mail = await TroubledMailServer.open(scenario.mail?.(options));
  try {
    const setting = { servers, name, currency: shop.currency, smtpUrl: mail.url, options: fleetOptions };
    const fleet = await Fleet.start(setting);
    try {
      options.say('The services are ready.');
      const tally = { done: 0, inFlight: 0 };
      const isIdle = async (): Promise<boolean> => (await fleet.workLeft()) === 0;
      const pace = new Pace(options.injections, () => tally.done, postedOf(shop), isIdle, scenario.slices);
      const stage: Stage = { options, servers, fleet, mail, shop, brought, tally, pace, poisoned: [], remarks: [] };
      const doing = scenario.on(stage);
      const report = await pourWhile(doing, stage, { poured, awayMsMax: scenario.awayMsMax });
      const check = async (audit: Audit) => (await doing.check?.(audit)) ?? [];
      return await verdictOn(stage, { name, poured, report, check });
    } finally {
      await fleet.remove();
    }
  } finally {
    await mail.close();
  }
}

type Posting = Readonly<{ poured: Poured; awayMsMax: number | undefined }>;

async function pourWhile(doing: Doing, stage: Stage, { poured, awayMsMax }: Posting): Promise<Report> {
  const { options, fleet, pace, shop } = stage;
  const strike = doing.strike?.bind(doing);
  const beside = doing.beside?.().finally(() => pace.over());
  // Whoever pours would wait for what it did not bring back.
  const failed = new Promise<never>((_, reject) => void beside?.catch(reject));
  failed.catch(() => undefined);
  try {
    const pouring = pour({
      target: fleet.urlFor,
      token: fleet.token,
      poured,
      options,
      ...(strike && { moments: plan(options, eventsOf(shop)), strike }),
      ...(beside && { pace }),
      ...(awayMsMax !== undefined && { awayMsMax }),
    });
    return await Promise.race([pouring, failed]);
  } finally {
    await beside;
  }
}
