import type { Doing } from '../on-fleet.js';
import { dealer } from '../posting/deal.js';
import { seeded } from '../posting/seeded.js';
import { injected, type Stage } from '../stage.js';
import { allMoving } from './all-moving.js';
import { hasWork } from './has-work.js';

/** Of the scenario's `slices`: all services are waited for each time. */
export const SLICES = 10;

/** A way in which what services depend on fails for a while. */
export type Outage = Readonly<{
  name: string;
  /** Makes the trouble, awaits `lasting` once it is there, and ends it: resolves when everything is as before. */
  make(lasting: () => Promise<void>, random: () => number): Promise<void>;
}>;

type Limits = Readonly<{
  /** Within which all services must be at work again once the trouble is over. */
  resumeMsMax: number;
}>;

/** Outages one after the other while events keep coming, each while there is work; measures how long services take to resume it. */
export function outages(
  stage: Stage,
  kinds: readonly Outage[],
  { resumeMsMax }: Limits,
): Required<Pick<Doing, 'beside' | 'check'>> {
  const resumed = new Map<string, number[]>();
  return {
    async beside() {
      const random = seeded(stage.options.seed);
      const next = dealer(kinds, random);
      await stage.pace.feeding(allMoving(stage));
      for (let number = 0; number < stage.options.injections; number += 1) {
        const { name, make } = next();
        const isAtWork = await stage.pace.feeding(hasWork(stage));
        await make(async () => injected(stage, `${name}.`, isAtWork), random);
        const ms = await stage.pace.feeding(allMoving(stage));
        stage.options.say(`All services are at work again after ${ms} ms.`);
        resumed.set(name, [...(resumed.get(name) ?? []), ms]);
      }
    },
    async check() {
      const late: string[] = [];
      for (const [name, all] of resumed) {
        const sorted = [...all].sort((a, b) => a - b);
        const [median, longest] = [sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, sorted.at(-1) ?? 0];
        stage.remarks.push(
          `${name}: ${all.length} times; at work again after ${median} ms (median), ${longest} ms at most.`,
        );
        if (longest > resumeMsMax) late.push(`${name}: at work again only after ${longest} ms`);
      }
      return late;
    },
  };
}
