import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from './deployment.js';
import { median } from './figures.js';

const EVERY_MS = 2_000;
const RESIDENT = /^process_resident_memory_bytes(?:\{[^}]*\})? (\S+)$/m;

/** Medians of what was seen. */
export type VitalSigns = Readonly<{
  /** Of the first process of every service together, which nobody restarts. */
  residentMb: number;
  /** Records that waited for any service. */
  lag: number;
}>;

/** Looks at the running system every two seconds until it is told to stop. */
export async function watch(deployment: Deployment, until: AbortSignal): Promise<VitalSigns> {
  const resident: number[] = [];
  const lags: number[] = [];
  while (!until.aborted) {
    resident.push(await residentMbOf(deployment));
    lags.push((await deployment.progress()).reduce((sum, { lag }) => sum + lag, 0));
    await sleep(EVERY_MS, undefined, { signal: until }).catch(() => undefined);
  }
  return { residentMb: median(resident), lag: median(lags) };
}

async function residentMbOf(deployment: Deployment): Promise<number> {
  const bytes = await Promise.all(
    deployment.firsts().map(async ({ url, name }) => {
      const text = await (await fetch(`${url}/metrics`, { headers: deployment.authorization })).text();
      const found = RESIDENT.exec(text)?.[1];
      if (found === undefined) throw new Error(`${name} does not tell its memory.`);
      return Number(found);
    }),
  );
  return bytes.reduce((sum, one) => sum + one, 0) / 2 ** 20;
}
