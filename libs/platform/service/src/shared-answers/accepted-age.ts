/** Older answers are kept for nobody. */
export const AGE_MAX_SECONDS = 60;

/**
 * How old an answer the caller takes, in ms: the `max-age` of a request's Cache-Control (RFC 9111, 5.2.1.1), at most a minute. 0 for who does
 * not say so, or says it with anything that asks for a fresh one.
 */
export function acceptedAgeMs(cacheControl: string | undefined): number {
  const directives = (cacheControl ?? '').toLowerCase().split(',');
  const names = directives.map((directive) => directive.trim());
  if (names.some((name) => name === 'no-cache' || name === 'no-store')) return 0;
  const ages = names.flatMap((name) => /^max-age="?(\d{1,10})"?$/.exec(name)?.[1] ?? []);
  const [age] = ages;
  return age === undefined || ages.length > 1 ? 0 : Math.min(AGE_MAX_SECONDS, Number(age)) * 1_000;
}
