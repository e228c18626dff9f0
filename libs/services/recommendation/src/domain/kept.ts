/** An article's neighbours as they were counted at some time, and what has happened to its baskets since. */
export type Kept = Readonly<{
  /** Live baskets that had the article then. */
  baskets: number;
  /** How many came or went since. */
  changes: number;
  countedAt: Date;
}>;

const CHANGED_MS_MAX = 5 * 60_000;
/** Also heals what was kept by a release that did not yet note changes. */
const KEPT_MS_MAX = 86_400_000;

/**
 * Whether announced lists may still go by it: until as many baskets changed as there were, so that what is new is right at once and a
 * thousand purchases of an article have it counted ten times; and no longer than five minutes if any changed.
 */
export function isFresh({ baskets, changes, countedAt }: Kept, now: Date): boolean {
  const age = now.getTime() - countedAt.getTime();
  if (changes === 0) return age < KEPT_MS_MAX;
  return changes < baskets && age < CHANGED_MS_MAX;
}
