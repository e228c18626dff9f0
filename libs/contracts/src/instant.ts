const ISO_INSTANT =
  /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)$/;

/** In the form that all have here already, and on a day that every month has: nearly always so, and no calendar is asked. */
const PLAIN_INSTANT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** An instant in the one form that all our data have: UTC with exactly milliseconds, or why it is none. */
export type ReadInstant = Readonly<{ ok: true; instant: string }> | Readonly<{ ok: false; reason: string }>;

/**
 * Reads an ISO 8601 instant with a zone and gives it as `YYYY-MM-DDTHH:MM:SS.mmmZ`. What is finer than a millisecond is cut, not
 * rounded, so that an instant never moves into the next one. Dates that do not exist, and leap seconds, are no instants.
 */
export function readInstant(text: string): ReadInstant {
  if (PLAIN_INSTANT.test(text)) return { ok: true, instant: text };

  const parts = ISO_INSTANT.exec(text);
  if (!parts) return { ok: false, reason: 'must be an ISO 8601 date and time with a zone, like 2026-03-01T09:30:00Z' };

  const [, date, time, seconds = '00', fraction = '', sign, hours = '0', minutes = '0'] = parts;
  const local = `${date}T${time}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const localMs = Date.parse(local);
  // The comparison catches the 30th of February, which a parser may silently move into March.
  if (Number.isNaN(localMs) || new Date(localMs).toISOString() !== local) {
    return { ok: false, reason: 'is a date or time that does not exist' };
  }
  if (sign === undefined) return { ok: true, instant: local };

  if (Number(hours) > 23 || Number(minutes) > 59) return { ok: false, reason: 'has a zone that does not exist' };
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  const instant = new Date(sign === '+' ? localMs - offsetMs : localMs + offsetMs).toISOString();
  // Years outside 0..9999 are written longer, and would sort wrongly as text.
  return instant.length === local.length
    ? { ok: true, instant }
    : { ok: false, reason: 'must lie within the years 0 to 9999' };
}
