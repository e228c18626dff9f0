import {
  differences,
  type Expectation,
  expectationOf,
  madeUpShop,
  NO_LEFTOVERS,
  runDemo,
  type Shop,
  uciOnlineRetail,
  uciOracle,
} from '@tessera/demo';
import { PostingProxy, StandaloneChild } from '@tessera/faults';
import type { Benchmark, Course, CourseOptions, Measured } from './benchmark.js';
import { Deployment } from './deployment.js';
import { ProbeMailbox } from './probe-mailbox.js';
import { Stage } from './stage.js';

const MADE_UP_MEMBERS = 1_000;
const SEED = 1;

export const standalone: Benchmark = {
  name: 'standalone',
  summary: 'a whole shop, or a real file (--file), through one process with the embedded log, beside the same on Kafka',
  unit: 'events/s',
  bar: null,
  open: openStandalone,
};

/** The shop, and what must have come of it. */
type Poured = Readonly<{ shop: Shop; oracle: (asOf: Date) => Expectation }>;

/** Running and empty. */
type System = Readonly<{ urlFor: (path: string) => string; token: string; close(): Promise<void> }>;

async function openStandalone({ file, say }: CourseOptions): Promise<Course> {
  const poured = await read(file);
  const events = poured.shop.purchases.length + poured.shop.refunds.length;
  say(`${events} purchases and refunds are to be poured in.`);
  return {
    remarks: [
      `${events} purchases and refunds of ${file === undefined ? 'a made-up shop' : 'a real file'}, from the first to the last effect.`,
      'A round takes as long as that does. Beside: six processes, each with a database of its own, on one Kafka.',
    ],
    run: async (side) => pour(poured, side === 'ours' ? await alone() : await onKafka(poured.shop.currency)),
    close: () => Promise.resolve(),
  };

  async function alone(): Promise<System> {
    const child = await StandaloneChild.prepare(poured.shop.currency);
    await child.start();
    return { urlFor: () => child.url, token: child.token, close: () => child.remove() };
  }
}

async function onKafka(currency: string): Promise<System> {
  const stage = await Stage.open({});
  const mailbox = await ProbeMailbox.open();
  const deployment = await Deployment.start(stage, { smtpUrl: mailbox.url, currency });
  return {
    urlFor: deployment.urlFor,
    token: stage.token,
    close: async () => {
      await deployment.stop();
      await mailbox.close();
      await stage.close();
    },
  };
}

async function read(file: string | undefined): Promise<Poured> {
  const now = new Date();
  if (file === undefined) {
    const shop = madeUpShop({ members: MADE_UP_MEMBERS, seed: SEED, now });
    return { shop, oracle: (asOf) => expectationOf(shop, NO_LEFTOVERS, asOf) };
  }
  const shop = await uciOnlineRetail(file, now);
  const oracle = uciOracle(file, shop.shiftDays);
  return { shop, oracle };
}

/** Both are reached by the same door, which sends each path to whom it belongs. */
async function pour(poured: Poured, { urlFor, token, close }: System): Promise<Measured> {
  const proxy = new PostingProxy({
    target: urlFor,
    eventsPath: '/collector/v1/events',
    moments: [],
    strike: () => Promise.resolve(),
  });
  try {
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const report = await runDemo({ url: await proxy.listen(), token, ...poured });
    const { user, system } = process.cpuUsage(cpu);
    return {
      value: report.eventsPerSecond,
      seconds: (performance.now() - startedAt) / 1_000,
      generatorCpuSeconds: (user + system) / 1e6,
      wrong: differences(report).map(({ figure, source, services }) => `${figure}: ${services}, not ${source}`),
    };
  } finally {
    await proxy.close();
    await close();
  }
}
