import { z } from 'zod';

export const clockVariables = z.object({
  FAULT_CLOCK_MS: z.coerce.number().int().optional().describe('how far the time of day is ahead here; behind below 0'),
});

/** From now on the time of day of this process is so much ahead of everybody's. What measures durations goes right, as on a real machine. */
export function skewClock(aheadMs: number): void {
  const now = Date.now.bind(Date);
  globalThis.Date = new Proxy(Date, {
    construct: (target, values, made) =>
      Reflect.construct(target, values.length === 0 ? [now() + aheadMs] : values, made) as Date,
    get: (target, name, proxy) =>
      name === 'now' ? () => now() + aheadMs : (Reflect.get(target, name, proxy) as unknown),
  });
}
