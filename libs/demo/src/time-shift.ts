export const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** Milliseconds to add so that `last` comes as near to `now` as whole numbers of weeks allow, and never after it. Keeps weekdays and hours. */
export function shiftToNow(last: Date, now: Date): number {
  return Math.floor((now.getTime() - last.getTime()) / WEEK_MS) * WEEK_MS;
}
