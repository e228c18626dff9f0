import type { Failpoint, Passing } from '@tessera/platform-messaging';
import type { ServiceProcess } from '../fleet/service-process.js';
import { seeded } from '../posting/seeded.js';
import { injected, type Stage } from '../stage.js';
import type { Trap } from './orders.js';

export type Killing = Readonly<{
  /** Services whose processes are killed, side by side. */
  victims: readonly string[];
  point: Failpoint;
  when: Trap['when'];
  /** Looks at what the dead one left, before it is started again. What it says goes behind the line of the injection. */
  inspect?(victim: ServiceProcess, passing: Passing): Promise<string>;
}>;

const SKIP_MAX = 3;
const SPRING_MS_MAX = 120_000;

/** Kills processes exactly at a failpoint, again and again; each is started again at once, and killed again when it is back. */
export async function killAt(stage: Stage, killing: Killing): Promise<void> {
  const { fleet, options } = stage;
  const random = seeded(options.seed);
  let left = options.injections;
  const hunt = async (victim: ServiceProcess): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await victim.ready();
      await killOnce(stage, killing, victim, Math.floor(random() * SKIP_MAX));
    }
  };
  await Promise.all(killing.victims.flatMap((name) => fleet.replicas(name)).map(hunt));
}

async function killOnce(stage: Stage, killing: Killing, victim: ServiceProcess, skip: number): Promise<void> {
  const { point, when, inspect } = killing;
  const { sprung } = await victim.arm({ point, when, skip, act: 'kill' });
  const passing = await stage.pace.feeding(within(SPRING_MS_MAX, sprung));
  if (!passing) {
    await victim.disarm();
    return stage.options.say(`${victim.name} did not come to ${point} in ${SPRING_MS_MAX / 1_000} s.`);
  }
  await victim.ended();
  const found = await inspect?.(victim, passing);
  victim.start();
  const { topic, partition, count } = passing;
  const batch = topic === undefined ? `${count} rows` : `${count} of ${topic}/${partition}`;
  injected(stage, `${victim.name} killed at ${point}, ${batch}${found === undefined ? '' : `, ${found}`}.`, count > 0);
}

async function within<T>(ms: number, waiting: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([waiting, late]);
  } finally {
    clearTimeout(timer);
  }
}
