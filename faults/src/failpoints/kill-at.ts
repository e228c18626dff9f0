import { setTimeout as sleep } from 'node:timers/promises';
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
/** How long nobody comes to his trap before it is given up: some wait for what others, who are just coming back, still have to do. */
const STUCK_MS_MAX = 300_000;

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
  const passing = await stage.pace.feeding(Promise.race([sprung, stuck(stage, sprung)]));
  if (!passing) {
    await victim.disarm();
    return stage.options.say(`${victim.name} did not come to ${point}.`);
  }
  await victim.ended();
  const found = await inspect?.(victim, passing);
  victim.start();
  const { topic, partition, count } = passing;
  const batch = topic === undefined ? `${count} rows` : `${count} of ${topic}/${partition}`;
  injected(stage, `${victim.name} killed at ${point}, ${batch}${found === undefined ? '' : `, ${found}`}.`, count > 0);
}

/** Resolves when no injection has been made by anybody for long; ends with what it watches. */
async function stuck({ tally }: Stage, watched: Promise<unknown>): Promise<undefined> {
  let isOver = false;
  void watched.then(() => (isOver = true));
  let since = { done: tally.done, at: performance.now() };
  while (!isOver && performance.now() - since.at < STUCK_MS_MAX) {
    await sleep(500);
    if (tally.done !== since.done) since = { done: tally.done, at: performance.now() };
  }
}
