import { purchaseCreated } from '@tessera/contracts';
import { freePort } from '@tessera/faults';
import type { Benchmark, Course, CourseOptions, Measured, SideName } from './benchmark.js';
import { perSecond } from './figures.js';
import { postFor, type Posted } from './http-load.js';
import { MadeUpPurchases } from './made-up-purchases.js';
import { Published } from './published.js';
import { SideProcess } from './side-process.js';
import { Stage } from './stage.js';

const EVENTS_A_REQUEST = 1_000;
/** Requests that are made beforehand, and sent over and over. */
const BODIES = 40;
const CONNECTIONS = 4;
const WARM_UP_S = 1;

export const collector: Benchmark = {
  name: 'collector',
  summary: 'batches of 1,000 events over HTTP to Kafka, beside bare Fastify that sends the same bytes with kafkajs',
  unit: 'events/s',
  bar: { least: 0.6 },
  open: openCollector,
};

type Door = Readonly<{ url: string; close(): Promise<void> }>;

async function openCollector({ seconds, say, profileDir }: CourseOptions): Promise<Course> {
  const stage = await Stage.open({ ...(profileDir !== undefined && { profileDir }) });
  try {
    const purchases = new MadeUpPurchases(BODIES * EVENTS_A_REQUEST, new Date());
    const bodies = Array.from({ length: BODIES }, (_, at) => bodyOf(purchases, at * EVENTS_A_REQUEST));
    const doors: Readonly<Record<SideName, Door>> = { ours: await ours(stage), beside: await bare(stage) };
    say(`Both doors are open; a request has ${Math.round((bodies[0]?.length ?? 0) / 1_024)} KiB.`);
    return {
      remarks: [`${CONNECTIONS} connections, each with a request of ${EVENTS_A_REQUEST} events under way.`],
      run: (side) => runDoor(stage, doors[side], { bodies, seconds, purchases }),
      close: async () => {
        for (const door of Object.values(doors)) await door.close();
        await stage.close();
      },
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

async function ours(stage: Stage): Promise<Door> {
  const service = await stage.service('collector', {});
  service.start();
  await service.ready();
  return { url: `${service.url}/collector/v1/events`, close: () => service.stop() };
}

async function bare(stage: Stage): Promise<Door> {
  const port = await freePort();
  const side = await SideProcess.start('bare-fastify', { brokers: stage.brokers, port });
  return { url: `http://127.0.0.1:${port}/events`, close: () => side.stop() };
}

type Load = Readonly<{ bodies: readonly Buffer[]; seconds: number; purchases: MadeUpPurchases }>;

async function runDoor(stage: Stage, { url }: Door, { bodies, seconds, purchases }: Load): Promise<Measured> {
  const request = { url, token: stage.token, bodies, connections: CONNECTIONS };
  await postFor({ ...request, seconds: WARM_UP_S });
  const published = await Published.since(stage.log, purchaseCreated.topic);
  const posted = await postFor({ ...request, seconds });
  const wrong = await differences(published, posted, purchases);
  const count = posted.accepted.reduce((sum, times) => sum + times * EVENTS_A_REQUEST, 0);
  return {
    value: perSecond({ count, seconds: posted.seconds }),
    seconds: posted.seconds,
    generatorCpuSeconds: posted.cpuSeconds,
    wrong,
  };
}

/** Each event must be on the log as often as its request was answered, with the bytes that were sent. */
async function differences(published: Published, posted: Posted, purchases: MadeUpPurchases): Promise<string[]> {
  const times = new Map<string, number>();
  let other = 0;
  for await (const { key, value } of published.records()) {
    const text = value?.toString() ?? '';
    const { purchaseId } = JSON.parse(text) as { purchaseId: string };
    const sent = purchases.purchase(Number(purchaseId.slice(2)));
    if (key !== sent.memberId || text !== JSON.stringify(sent)) other += 1;
    times.set(purchaseId, (times.get(purchaseId) ?? 0) + 1);
  }
  const wrong = posted.failed === 0 ? [] : [`${posted.failed} requests were not accepted as a whole`];
  if (other > 0) wrong.push(`${other} events are not as they were sent`);
  let off = 0;
  for (let at = 0; at < purchases.count; at += 1) {
    if ((times.get(`p-${at}`) ?? 0) !== (posted.accepted[Math.floor(at / EVENTS_A_REQUEST)] ?? 0)) off += 1;
  }
  return off > 0 ? [...wrong, `${off} events are not on the log as often as they were accepted`] : wrong;
}

function bodyOf(purchases: MadeUpPurchases, from: number): Buffer {
  const events = Array.from({ length: EVENTS_A_REQUEST }, (_, at) => ({
    type: purchaseCreated.topic,
    data: purchases.purchase(from + at),
  }));
  return Buffer.from(JSON.stringify(events));
}
