import { Alarm } from './alarm.js';

/** Told of what went wrong in the background; the log itself goes on and tries again. */
export type Report = (problem: Readonly<{ doing: string; error: unknown }>) => void;

export type Repetition = Readonly<{ stop(): Promise<void> }>;

/** Does the work again and again, `ms` after the last time ended, never twice at once. `stop` waits for the one under way. */
export function every(ms: number, doing: string, work: () => Promise<void>, report: Report): Repetition {
  const alarm = new Alarm();
  let stopped = false;
  const loop = async (): Promise<void> => {
    for (;;) {
      await alarm.sleep(ms);
      if (stopped) return;
      await work().catch((error: unknown) => report({ doing, error }));
    }
  };
  const ended = loop();
  return {
    stop: () => {
      stopped = true;
      alarm.ring();
      return ended;
    },
  };
}
