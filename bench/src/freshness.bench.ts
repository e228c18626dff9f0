import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Course, CourseOptions, Measured } from './benchmark.js';
import { quantile } from './figures.js';
import { Hop } from './hop.js';
import { ONE_IN } from './probed-shop.js';
import { figure } from './report.js';
import { type Stretch, SystemUnderLoad } from './system-under-load.js';

const P99 = 0.99;
/** Of the load, enough for a machine that is much faster than those that this runs on. */
const PURCHASES_A_SECOND_MAX = 5_000;
const PROBES_BEFORE = 1_000;
const CUSTOMERS = 5_000;

export const freshness: Benchmark = {
  name: 'freshness',
  summary: 'from the 202 for a purchase to the mail that it brings, beside one hop through Kafka, at half the maximum',
  unit: 'milliseconds, p99',
  bar: { most: 15 },
  open: openFreshness,
};

async function openFreshness(options: CourseOptions): Promise<Course> {
  const { rounds, seconds, say } = options;
  const probes = PROBES_BEFORE + Math.ceil((2 * rounds * seconds * PURCHASES_A_SECOND_MAX) / 2 / ONE_IN);
  const system = await SystemUnderLoad.open(options, { customers: CUSTOMERS, probes, replicas: 1 });
  try {
    const maximum = Math.min(PURCHASES_A_SECOND_MAX, await system.maximum());
    const half = Math.floor(maximum / 2);
    say(`The system takes ${figure(maximum)} purchases a second; the load is ${half} a second.`);
    const hop = await Hop.open(system.stage.brokers, system.stage.log);
    const middle: number[] = [];
    const remarks = [
      `At the most ${figure(maximum)} purchases a second, and ${half} of load; one in ${ONE_IN} brings a mail.`,
    ];
    return {
      get remarks() {
        return [...remarks, `Median from the 202 to the mail: ${figure(quantile(middle, 0.5))} ms.`];
      },
      run: async (side) => {
        if (side === 'beside') return measuredBy(system, await withHops(hop, system, { seconds, half }));
        const stretch = await system.loadFor(seconds, half);
        middle.push(quantile(stretch.tookMs, 0.5));
        return measuredBy(system, stretch);
      },
      close: async () => {
        await hop.close();
        await system.close();
      },
    };
  } catch (error) {
    await system.close();
    throw error;
  }
}

async function measuredBy(system: SystemUnderLoad, { tookMs, seconds, cpuSeconds, wrong }: Stretch): Promise<Measured> {
  return {
    value: quantile(tookMs, P99),
    seconds,
    generatorCpuSeconds: cpuSeconds,
    wrong: [...wrong, ...(await system.verify())],
  };
}

type Load = Readonly<{ seconds: number; half: number }>;

/** The same load, and as many hops as there are probes; their times instead of those of the mails. */
async function withHops(hop: Hop, system: SystemUnderLoad, { seconds, half }: Load): Promise<Stretch> {
  const before = hop.tookMs.length;
  const hopping = hopEvery(hop, (1_000 * ONE_IN) / half, AbortSignal.timeout(seconds * 1_000));
  const stretch = await system.loadFor(seconds, half);
  await hopping;
  const lost = await hop.landed();
  const wrong = lost > 0 ? [...stretch.wrong, `${lost} hops have not ended`] : stretch.wrong;
  return { ...stretch, tookMs: hop.tookMs.slice(before), wrong };
}

async function hopEvery(hop: Hop, ms: number, over: AbortSignal): Promise<void> {
  const sent: Promise<void>[] = [];
  while (!over.aborted) {
    sent.push(hop.send());
    await sleep(ms);
  }
  await Promise.all(sent);
}
