import { setTimeout as sleep } from 'node:timers/promises';
import type { Passing } from '@tessera/platform-messaging';
import type { ServiceProcess } from '../fleet/service-process.js';
import type { Stage } from '../stage.js';
import type { Trap } from './orders.js';

/** `isPlanned`: false for one too many, because two can come to their traps at the same moment. */
export type Caught = Readonly<{ victim: ServiceProcess; passing: Passing; isPlanned: boolean }>;

/** How long nobody comes to a trap before all are given up: some wait for what others, who are just coming back, still have to do. */
const STUCK_MS_MAX = 300_000;

/** Traps set side by side for as many catches as there are injections, whoever comes first. */
export class Hunt {
  private caught = 0;
  private caughtAt = performance.now();

  constructor(private readonly stage: Stage) {}

  get isOver(): boolean {
    return this.caught >= this.stage.options.injections;
  }

  /** The first of these processes that comes to the trap, once no other of them can any more; undefined if the hunt is over before. */
  async catch(victims: readonly ServiceProcess[], trap: Trap): Promise<Caught | undefined> {
    const set = await Promise.all(victims.map(async (victim) => ({ victim, sprung: (await victim.arm(trap)).sprung })));
    const first = Promise.race(set.map(({ sprung }) => sprung));
    await this.stage.pace.feeding(Promise.race([first, this.end(first)]));
    const came: Omit<Caught, 'isPlanned'>[] = [];
    for (const { victim, sprung } of set) {
      await victim.disarm();
      const passing = await sprung;
      if (!passing) continue;
      // Several can come at once: those behind the first go on.
      if (came.length > 0) victim.wake();
      else came.push({ victim, passing });
    }
    const isPlanned = !this.isOver;
    const [caught] = came;
    if (!caught) {
      if (isPlanned) this.stage.options.say(`${victims[0]?.name} did not come to ${trap.point}.`);
      return undefined;
    }
    this.caught += 1;
    this.caughtAt = performance.now();
    return { ...caught, isPlanned };
  }

  /** Resolves when enough are caught, or nobody was for long; ends with what it watches. */
  private async end(watched: Promise<unknown>): Promise<void> {
    let isCaught = false;
    void watched.then(() => (isCaught = true));
    const beganAt = performance.now();
    const isStuck = (): boolean => performance.now() - Math.max(beganAt, this.caughtAt) > STUCK_MS_MAX;
    while (!isCaught && !this.isOver && !isStuck()) await sleep(50);
  }
}
