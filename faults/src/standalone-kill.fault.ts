import { differences, readProgress, type Report, type Shop, TesseraClient } from '@tessera/demo';
import { StandaloneChild } from './fleet/standalone-child.js';
import { type Audit, auditDataFolder } from './judging/published-audit.js';
import { factsOff } from './judging/verdict.js';
import { eventsOf, plan, pour, type Poured, prepare, type Strike } from './posting/pouring.js';
import type { FaultOptions, FaultReport, Scenario } from './scenario.js';

type Kills = { done: number; inFlight: number; readyMsMax: number };

const DATABASE_TOO = 1 / 3;
const ASKING_MS_MAX = 1_000;

/** Kills a standalone again and again while a shop is poured into it; what comes out must be as if nobody had. */
export const standaloneKill: Scenario = {
  name: 'standalone-kill',
  summary: 'kill -9 at random moments of the posting, every third time the database server too; same data, same port',
  injections: 30,
  short: 2,
  async run(options) {
    const { say } = options;
    const poured = await prepare(options);
    const child = await StandaloneChild.prepare(poured.shop.currency);
    try {
      say(`First start: ready after ${await child.start()} ms.`);
      const { report, kills } = await pourWhileKilling(child, poured, options);
      await child.stop();
      say('Reading all that was published ...');
      return judge(options, poured.shop, report, kills, await auditDataFolder(child.dataDir));
    } finally {
      await child.remove();
    }
  },
};

async function pourWhileKilling(
  child: StandaloneChild,
  poured: Poured,
  options: FaultOptions,
): Promise<{ report: Report; kills: Kills }> {
  const kills = { done: 0, inFlight: 0, readyMsMax: 0 };
  const report = await pour({
    target: child.url,
    token: child.token,
    poured,
    options,
    moments: plan(options, eventsOf(poured.shop)),
    strike: (kill, isPosting) => strike(child, kill, isPosting, kills, options),
  });
  return { report, kills };
}

async function strike(
  child: StandaloneChild,
  { afterEvents, choice }: Strike,
  isPosting: boolean,
  kills: Kills,
  { injections, say }: FaultOptions,
): Promise<void> {
  const alsoDatabase = choice < DATABASE_TOO;
  const left = isPosting ? 'a request' : `${await workLeft(child)} records`;
  await child.kill({ alsoDatabase });
  kills.done += 1;
  if (left !== '0 records') kills.inFlight += 1;
  const readyMs = await child.start();
  kills.readyMsMax = Math.max(kills.readyMsMax, readyMs);
  const what = alsoDatabase ? 'killed with its database' : 'killed';
  say(
    `${kills.done}/${injections}: ${what} after ${afterEvents} events, ${left} under way; ready again after ${readyMs} ms.`,
  );
}

/** Records to handle, events to publish and members to look at; 0 too if it is too busy to say. */
async function workLeft({ url, token }: StandaloneChild): Promise<number> {
  try {
    const services = await readProgress(new TesseraClient({ url, token, timeoutMs: ASKING_MS_MAX }));
    return services.reduce((sum, { lag, outbox, work }) => sum + lag + outbox + work, 0);
  } catch {
    return 0;
  }
}

function judge(
  { seed, injections }: FaultOptions,
  shop: Shop,
  report: Report,
  { done, inFlight, readyMsMax }: Kills,
  { outOfOrder, earnedTwice, records }: Audit,
): FaultReport {
  const { lost, above } = factsOff(report);
  const differing = differences(report);
  const doubled = above + earnedTwice;
  return {
    name: standaloneKill.name,
    seed,
    injections: done,
    inFlight,
    events: eventsOf(shop),
    lost,
    doubled,
    outOfOrder,
    booksBalanced: report.booksBalanced,
    holds: differing.length + lost + doubled + outOfOrder === 0 && report.booksBalanced && done === injections,
    remarks: [
      `Longest recovery: ready ${readyMsMax} ms after the start. ${records} records were on the log.`,
      ...differing.map(({ figure, source: due, services }) => `${figure}: ${due} in the source, ${services} here.`),
    ],
  };
}
