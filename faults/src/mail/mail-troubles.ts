import { dealer } from '../posting/deal.js';
import { seeded } from '../posting/seeded.js';

/** What a mail server may do to a mail. `kept`: it has taken the mail nevertheless, which the sender cannot know.
 * `go-away`: connections break before DATA, and new ones are refused for a while. */
export const TROUBLES = [
  'die-after-data-kept',
  'hang-after-data-kept',
  'refuse',
  'defer',
  'die-after-data-forgotten',
  'hang-before-data',
  'go-away',
] as const;
export type Trouble = (typeof TROUBLES)[number];

const EVERY_MAX = 3;

/**
 * Which of the mails meets which trouble, by their number from 0 in the order in which they are begun. Every kind comes once before
 * any comes again, and there is a mail without trouble between two that have some.
 */
export function planTroubles(injections: number, seed: number): ReadonlyMap<number, Trouble> {
  const random = seeded(seed);
  const next = dealer(TROUBLES, random);
  const plan = new Map<number, Trouble>();
  let at = -1;
  for (let planned = 0; planned < injections; planned += 1) {
    at += 2 + Math.floor(random() * (EVERY_MAX - 1));
    plan.set(at, next());
  }
  return plan;
}
