/** Wall-clock time of a place, as though it were UTC. Calendar arithmetic is done on these. */
type WallClock = number;

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The instant at which points of a purchase expire: that many calendar months later at the same time of day in the program's
 * IANA time zone, on the month's last day where it is shorter. A time of day that the clock skips is taken as much later as it
 * skips; one that comes twice is taken at its first coming.
 */
export function lotExpiry(purchasedAt: Date, lotMonths: number, timeZone: string): Date {
  const expiry = addMonths(wallClockOf(purchasedAt.getTime(), timeZone), lotMonths);
  return new Date(instantOf(expiry, timeZone));
}

function addMonths(wallClock: WallClock, months: number): WallClock {
  const date = new Date(wallClock);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, daysInMonth));
  return date.getTime();
}

function instantOf(wallClock: WallClock, timeZone: string): number {
  const offsets = [-86_400_000, 86_400_000].map((shift) => offsetAt(wallClock + shift, timeZone));
  const candidates = offsets.map((offset) => wallClock - offset);
  const matching = candidates.filter((instant) => wallClockOf(instant, timeZone) === wallClock);
  // None matches in the hour that the clock skips: the offset from before the change then gives the time after it.
  return matching.length > 0 ? Math.min(...matching) : wallClock - (offsets[0] as number);
}

function offsetAt(instant: number, timeZone: string): number {
  return wallClockOf(instant, timeZone) - instant;
}

function wallClockOf(instant: number, timeZone: string): WallClock {
  if (timeZone === 'UTC') return instant;
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const time = Date.UTC(2000, 0, 1, part('hour'), part('minute'), part('second'), ((instant % 1000) + 1000) % 1000);
  // Not by Date.UTC at once, which takes the years 0..99 for those of the last century.
  return new Date(time).setUTCFullYear(part('year'), part('month') - 1, part('day'));
}

/** Making a format costs a thousand times as much as using it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}
