import { setTimeout as sleep } from 'node:timers/promises';
import {
  differences,
  madeUpShop,
  meterOn,
  NO_LEFTOVERS,
  readProgress,
  type Report,
  runDemo,
  type Shop,
  type Source,
  sourceOf,
  TesseraClient,
  uciOnlineRetail,
  uciOracle,
} from '@tessera/demo';
import { ProgressGate } from './progress-gate.js';
import { type Audit, auditDataFolder } from './published-audit.js';
import type { FaultOptions, FaultReport, Scenario } from './scenario.js';
import { seeded } from './seeded.js';
import { StandaloneChild } from './standalone-child.js';

type Poured = Readonly<{ shop: Shop; source: (asOf: Date) => Source }>;
type Kills = Readonly<{ done: number; inFlight: number; readyMsMax: number }>;

const MADE_UP_MEMBERS = 300;
/** Posting stops for each restart, so that a kill at a share alone would always hit right after an answer. */
const DELAY_MS_MAX = 250;
/** The last part is left in peace, so that posting is not over before all that was planned is done. */
const SHARE_MAX = 0.9;
const DATABASE_TOO = 1 / 3;
const AWAY_MS_MAX = 300_000;
const ASKING_MS_MAX = 1_000;

/** Kills a standalone again and again while a shop is poured into it; what comes out must be as if nobody had. */
export const standaloneKill: Scenario = {
  name: 'standalone-kill',
  summary: 'kill -9 at random moments of the posting, every third time the database server too; same data, same port',
  injections: 30,
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

async function prepare({ file, seed, say }: FaultOptions): Promise<Poured> {
  const now = new Date();
  if (file === undefined) {
    const shop = madeUpShop({ members: MADE_UP_MEMBERS, seed, now });
    return { shop, source: (asOf) => sourceOf(shop, NO_LEFTOVERS, asOf) };
  }
  say(`Reading ${file} ...`);
  const shop = await uciOnlineRetail(file, now);
  let oracle: ((asOf: Date) => Source) | undefined;
  return { shop, source: (asOf) => (oracle ??= uciOracle(file, shop.shiftDays))(asOf) };
}

async function pourWhileKilling(
  child: StandaloneChild,
  { shop, source }: Poured,
  options: FaultOptions,
): Promise<{ report: Report; kills: Kills }> {
  const gate = new ProgressGate(meterOn(process.stderr));
  const { url, token } = child;
  const run = runDemo({ url, token, shop, source, meter: gate, awayMs: AWAY_MS_MAX });
  const killing = killRepeatedly(child, gate, options);
  // Whichever fails first ends both; a demo that is over is killed no more.
  const [report, kills] = await Promise.all([run.finally(() => gate.release()), killing]);
  return { report, kills };
}

async function killRepeatedly(
  child: StandaloneChild,
  gate: ProgressGate,
  { injections, seed, say }: FaultOptions,
): Promise<Kills> {
  const random = seeded(seed);
  const plan = Array.from({ length: injections }, () => ({
    share: random() * SHARE_MAX,
    delayMs: random() * DELAY_MS_MAX,
    alsoDatabase: random() < DATABASE_TOO,
  })).sort((a, b) => a.share - b.share);

  let inFlight = 0;
  let readyMsMax = 0;
  for (const [index, { share, delayMs, alsoDatabase }] of plan.entries()) {
    await gate.reached(share);
    await sleep(delayMs);
    if (gate.isOver) return { done: index, inFlight, readyMsMax };
    const left = await workLeft(child);
    await child.kill({ alsoDatabase });
    if (left > 0) inFlight += 1;
    const readyMs = await child.start();
    readyMsMax = Math.max(readyMsMax, readyMs);
    const what = alsoDatabase ? 'Killed with its database' : 'Killed';
    say(
      `${index + 1}/${injections}: ${what} at ${Math.round(share * 100)} %, ${left} to do; ready again after ${readyMs} ms.`,
    );
  }
  return { done: plan.length, inFlight, readyMsMax };
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
  const { source } = report;
  const missing = [source.purchases - report.purchases, source.refundEvents - report.refunds];
  const sumAbove = (sign: number): number => missing.reduce((sum, count) => sum + Math.max(0, sign * count), 0);
  const differing = differences(report);
  const lost = sumAbove(1);
  const doubled = sumAbove(-1) + earnedTwice;
  return {
    name: standaloneKill.name,
    seed,
    injections: done,
    inFlight,
    events: shop.purchases.length + shop.refunds.length,
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
