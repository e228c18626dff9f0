import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/** Looks again and again until there is something; rejects, saying what did not happen, when that takes too long. */
export async function until<T>(what: string, msMax: number, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const giveUpAt = performance.now() + msMax; performance.now() < giveUpAt; await sleep(LOOK_EVERY_MS)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`In ${msMax / 1_000} s this did not happen: ${what}.`);
}
