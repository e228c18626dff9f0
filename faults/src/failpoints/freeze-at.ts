import type { ServiceName } from '@tessera/contracts';
import type { Failpoint, Passing } from '@tessera/platform-messaging';
import type { ServiceProcess } from '../fleet/service-process.js';
import { injected, type Stage } from '../stage.js';
import { Hunt } from './hunt.js';
import type { Trap } from './orders.js';

export type Freezing = Readonly<{
  /** Side by side; of the processes of each, whichever comes first falls asleep. */
  services: readonly ServiceName[];
  /** By how many of the service were frozen before. */
  trapOf(service: ServiceName, turn: number): Pick<Trap, 'point' | 'topic'>;
  /** While it sleeps: resolves when it is to be woken. */
  asleep(victim: ServiceProcess, passing: Passing, point: Failpoint): Promise<Slept>;
}>;

/** What others did meanwhile, and whether that is what was to happen. */
export type Slept = Readonly<{
  what: string;
  hitWork: boolean;
  /** Resolves when the woken one has done what it had under way. */
  awake?(): Promise<void>;
}>;

/** Lets processes fall asleep exactly at a failpoint, with all they hold, and wakes them, again and again. */
export async function freezeAt(stage: Stage, { services, trapOf, asleep }: Freezing): Promise<void> {
  const { fleet } = stage;
  const hunt = new Hunt(stage);
  const among = async (name: ServiceName): Promise<void> => {
    for (let turn = 0; !hunt.isOver; turn += 1) {
      const replicas = fleet.replicas(name);
      await Promise.all(replicas.map((replica) => replica.ready()));
      const trap = trapOf(name, turn);
      const caught = await hunt.catch(replicas, { ...trap, skip: 0, act: 'freeze', when: 'at-once' });
      if (!caught) return;
      const { victim, passing, isPlanned } = caught;
      if (!isPlanned) return victim.wake();
      const { what, hitWork, awake } = await asleep(victim, passing, trap.point);
      victim.wake();
      await awake?.();
      injected(stage, `${name} frozen at ${trap.point} with ${passing.count}: ${what}.`, hitWork);
    }
  };
  await Promise.all(services.map(among));
}
