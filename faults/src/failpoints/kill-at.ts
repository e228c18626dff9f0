import type { Failpoint, Passing } from '@tessera/platform-messaging';
import type { ServiceProcess } from '../fleet/service-process.js';
import { seeded } from '../posting/seeded.js';
import { injected, type Stage } from '../stage.js';
import { Hunt } from './hunt.js';
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

/** Kills processes exactly at a failpoint, again and again; each is started again at once, and killed again when it is back. */
export async function killAt(stage: Stage, { victims, point, when, inspect }: Killing): Promise<void> {
  const random = seeded(stage.options.seed);
  const hunt = new Hunt(stage);
  const after = async (victim: ServiceProcess): Promise<void> => {
    while (!hunt.isOver) {
      await victim.ready();
      const skip = Math.floor(random() * SKIP_MAX);
      const caught = await hunt.catch([victim], { point, when, skip, act: 'kill' });
      if (!caught) return;
      await victim.ended();
      const found = await inspect?.(victim, caught.passing);
      victim.start();
      const { topic, partition, count } = caught.passing;
      const batch = topic === undefined ? `${count} rows` : `${count} of ${topic}/${partition}`;
      const what = `${victim.name} killed at ${point}, ${batch}${found === undefined ? '' : `, ${found}`}.`;
      if (caught.isPlanned) injected(stage, what, count > 0);
      else stage.options.say(`once more: ${what}`);
    }
  };
  await Promise.all(victims.flatMap((name) => stage.fleet.replicas(name)).map(after));
}
