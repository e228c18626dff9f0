import { DemoRefused } from '../errors.js';
import type { Expectation } from '../oracle/source.js';
import type { Shop } from '../shop.js';
import { catalogueEvents, eventsInTime, type EventBatch } from './events-in-time.js';
import { LatencyProbe } from './latency.js';
import { type Meter, silentMeter } from './meter.js';
import { startCampaignAt } from './messages.js';
import { postEvents, registerMembers } from './post-shop.js';
import { readFigures } from './read-figures.js';
import { makeReport, type Report } from './report.js';
import { readProgress, type Summaries } from './system.js';
import { RequestRefused, TesseraClient } from './tessera-client.js';
import { PATIENCE, type Patience, waitUntilIdle } from './wait-until-idle.js';

export type Demo = Readonly<{
  url: string;
  token: string;
  shop: Shop;
  /** What must have come of it as of the instant at which the services were read. */
  oracle: (asOf: Date) => Expectation;
  meter?: Meter;
  patience?: Patience;
  /** How long the system may be away at a stretch before the run gives up. */
  awayMs?: number;
  /** Most events posted at once. */
  eventsMax?: number;
}>;

/**
 * Pours a shop into a running system, waits until nothing is left to do and reads what came of it. Only facts are sent,
 * and a repeated fact changes nothing, so the system may be killed and started again while this goes on.
 * Throws DemoRefused on a system that already holds purchases, NoProgress, SystemAway.
 */
export async function runDemo({ url, token, shop, oracle, ...options }: Demo): Promise<Report> {
  const meter = options.meter ?? silentMeter;
  const patience = options.patience ?? PATIENCE;
  const client = new TesseraClient({ url, token, patienceMs: options.awayMs ?? 120_000 });
  await refuseUnfit(client, shop);
  await startCampaignAt(client, firstPurchaseAt(shop));
  await registerMembers(client, shop, meter);

  const settle = (): ReturnType<typeof waitUntilIdle> =>
    waitUntilIdle(() => readProgress(client), patience, noting(meter));
  await openShop(client, shop, settle);

  const events = eventsInTime(shop);
  const probe = new LatencyProbe(new TesseraClient({ url, token, timeoutMs: 5_000 }));
  const startedAt = performance.now();
  const { idle, latencyMs } = await measured(probe, async () => {
    const { eventsMax } = options;
    await postEvents(client, events, meter, (batch, at) => probe.sample(purchasesOf(batch), at), eventsMax);
    return settle();
  });

  const figures = await readFigures(client, idle, patience);
  const seconds = (idle.since - startedAt) / 1000;
  const eventsPerSecond = Math.round(events.length / Math.max(seconds, 0.001));
  const { shiftDays, skipped } = shop;
  return makeReport({ shiftDays, skipped, eventsPerSecond, latencyMs }, oracle(figures.asOf), figures);
}

/** The catalogue is known everywhere before the first purchase, so that whatever is recommended has its name. */
async function openShop(client: TesseraClient, shop: Shop, settle: () => Promise<unknown>): Promise<void> {
  if (shop.articles.length === 0) return;
  await postEvents(client, catalogueEvents(shop), silentMeter, () => undefined);
  await settle();
}

async function measured<T>(probe: LatencyProbe, work: () => Promise<T>) {
  try {
    const idle = await work();
    return { idle, latencyMs: await probe.finish() };
  } catch (error) {
    await probe.finish();
    throw error;
  }
}

async function refuseUnfit(client: TesseraClient, shop: Shop): Promise<void> {
  const { purchases } = await client.get<Summaries['ledger']>('/ledger/v1/summary');
  if (purchases > 0) {
    throw new DemoRefused(
      'not-empty',
      `This system already holds ${purchases.toLocaleString('en-GB')} purchases; the demo only runs on one that holds none.`,
    );
  }
  const currency = await programCurrency(client);
  if (currency !== undefined && currency !== shop.currency) {
    throw new DemoRefused(
      'other-currency',
      `This system's program is in ${currency} and the shop's prices are in ${shop.currency}; start it with --currency ${shop.currency}.`,
    );
  }
}

/** Undefined where no program is in force yet: purchases then wait for it. */
async function programCurrency(client: TesseraClient): Promise<string | undefined> {
  try {
    return (await client.get<{ currency?: string }>('/membership/v1/programs/current')).currency;
  } catch (error) {
    if (error instanceof RequestRefused && error.status === 404) return undefined;
    throw error;
  }
}

function purchasesOf({ events }: EventBatch) {
  return events.flatMap(({ data }) => ('totalMinor' in data ? [data] : []));
}

/** All our instants are UTC with milliseconds, so that their texts sort as they do. Of an empty shop, any past instant will do. */
function firstPurchaseAt({ purchases }: Shop): string {
  const [first = new Date(0).toISOString()] = purchases.map(({ purchasedAt }) => purchasedAt).sort();
  return first;
}

function noting(meter: Meter): (left: number) => void {
  let notedAt = performance.now();
  return (left) => {
    if (left === 0 || performance.now() - notedAt < 5_000) return;
    notedAt = performance.now();
    meter.note(`waiting until idle: ${left.toLocaleString('en-GB')} still to do`);
  };
}
