/** At most one list a member is announced in this time. */
export const PAUSE_MS = 10_000;
/** After this time a list is made anew without any doing of the member's own. */
export const STALE_MS = 86_400_000;

/** When a member's list may next be made: at once, which for a due instant is the next millisecond, or when the pause is over. */
export function soonest(announcedAt: Date | null, now: Date): Date {
  const rested = (announcedAt?.getTime() ?? -Infinity) + PAUSE_MS;
  return new Date(Math.max(now.getTime() + 1, rested));
}

/** Whether the pause since the last announcement is over. */
export const isRested = (announcedAt: Date | null, now: Date): boolean =>
  announcedAt === null || announcedAt.getTime() + PAUSE_MS <= now.getTime();
