import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Course, CourseOptions, Measured } from './benchmark.js';
import { type Deployment, NAMES } from './deployment.js';
import { quantile } from './figures.js';
import { ONE_IN } from './probed-shop.js';
import { figure } from './report.js';
import { keepsRising } from './rising.js';
import { SystemUnderLoad } from './system-under-load.js';
import { watch } from './vital-signs.js';

const P99 = 0.99;
const PURCHASES_A_SECOND_MAX = 2_500;
const PROBES_BEFORE = 1_000;
const REPLICAS = 2;
/** So many that nobody's history grows beyond what customers have: some ten purchases each in half an hour. */
const CUSTOMERS = 50_000;
/** Nobody notices less: records of a tenth of a second, and as many milliseconds. */
const LAG_OF_S = 0.1;
const P99_MS = 100;

export const soak: Benchmark = {
  name: 'soak',
  summary: 'half an hour at half the maximum, while replicas are restarted in turn, beside its first five minutes',
  unit: 'milliseconds, p99 from the 202 to the mail',
  bar: { most: 1.3 },
  seconds: 300,
  open: openSoak,
};

/** The first stretch is what all others are held against; a round is a further one. */
async function openSoak(options: CourseOptions): Promise<Course> {
  const { rounds, seconds, say } = options;
  const purchases = (rounds + 1) * seconds * (PURCHASES_A_SECOND_MAX / 2);
  const system = await SystemUnderLoad.open(options, {
    customers: CUSTOMERS,
    probes: PROBES_BEFORE + Math.ceil(purchases / ONE_IN),
    replicas: REPLICAS,
  });
  try {
    const maximum = Math.min(PURCHASES_A_SECOND_MAX, await system.maximum());
    const half = Math.floor(maximum / 2);
    say(`The system takes ${figure(maximum)} purchases a second; the load is ${half} a second.`);
    const seen: Measured[] = [await stretch(system, seconds, half)];
    return {
      remarks: [
        `At the most ${figure(maximum)} purchases a second, and ${half} of load; one in ${ONE_IN} brings a mail.`,
        `The shop has ${figure(CUSTOMERS)} customers beside the probes.`,
        'Every service has two replicas. In every stretch the second of each is restarted, and the memory is that of the first ones.',
      ],
      run: async (side) => {
        if (side === 'beside') return seen[0] as Measured;
        const next = await stretch(system, seconds, half);
        seen.push(next);
        return { ...next, wrong: [...next.wrong, ...risingParts(seen)] };
      },
      close: () => system.close(),
    };
  } catch (error) {
    await system.close();
    throw error;
  }
}

async function stretch(system: SystemUnderLoad, seconds: number, half: number): Promise<Measured> {
  const over = new AbortController();
  const signs = watch(system.deployment, over.signal);
  const restarts = restartInTurn(system.deployment, seconds);
  const loaded = await system.loadFor(seconds, half);
  await restarts;
  over.abort();
  const { residentMb, lag } = await signs;
  const p99 = quantile(loaded.tookMs, P99);
  return {
    value: p99,
    parts: {
      'p99 ms': Math.max(P99_MS, p99),
      'MB resident': residentMb,
      'records behind': Math.max(half * LAG_OF_S, lag),
    },
    seconds: loaded.seconds,
    generatorCpuSeconds: loaded.cpuSeconds,
    wrong: [...loaded.wrong, ...(await system.verify())],
  };
}

/** One service after the other, spread over the stretch; each is ready again before the next goes. */
async function restartInTurn(deployment: Deployment, seconds: number): Promise<void> {
  const pauseMs = (seconds * 1_000) / (NAMES.length + 1);
  for (const name of NAMES) {
    await sleep(pauseMs);
    await deployment.restart(name, REPLICAS - 1);
  }
}

/** Only of the last round all are known; a slope that a median hides shows here. */
function risingParts(seen: readonly Measured[]): string[] {
  return Object.keys(seen[0]?.parts ?? {}).flatMap((name) => {
    const values = seen.map(({ parts }) => parts?.[name] ?? 0);
    return seen.length > 3 && keepsRising(values) ? [`${name} keeps rising: ${values.map(figure).join(', ')}`] : [];
  });
}
