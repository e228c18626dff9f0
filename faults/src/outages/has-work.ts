import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../stage.js';

const WORK_MS_MAX = 10_000;

/** Waits until there is something to handle or to publish; false if there is not for long. To be fed. */
export async function hasWork({ fleet }: Pick<Stage, 'fleet'>): Promise<boolean> {
  for (const giveUpAt = performance.now() + WORK_MS_MAX; performance.now() < giveUpAt; await sleep(20)) {
    if ((await fleet.workLeft()) > 0) return true;
  }
  return false;
}

/** Waits until nothing is left to do, and still is not a moment later. Not to be fed. */
export async function hasNone({ fleet }: Pick<Stage, 'fleet'>): Promise<void> {
  for (let idle = 0; idle < 2; await sleep(100)) idle = (await fleet.isAtRest()) ? idle + 1 : 0;
}
