import type { Facts } from './facts.js';
import { boughtByMember } from './naive-totals.js';
import { couldReachBig, segmentsOf } from './member-sums.js';

/**
 * Whom the campaign of the default set may and must have written to. How many it writes to may depend on the order of arrival: a purchase
 * that is seen before its refund takes somebody into the segment who, seen the other way round, never was there.
 */
export type MessageBounds = Readonly<{
  /** Consent, are in `big-180` at the instant and were not erased: exactly one message each. */
  owed: ReadonlySet<string>;
  /** Consent and could have been in it, with no refund known, at some instant up to this one: at most one each. Others have none. */
  possible: ReadonlySet<string>;
}>;

export function messageBounds(facts: Facts, asOf: Date): MessageBounds {
  const bought = boughtByMember(facts);
  const at = asOf.getTime();
  const consenting = [...new Set(facts.members)].filter((memberId) => !facts.refusing?.has(memberId));
  const those = (rule: (memberId: string) => boolean): ReadonlySet<string> => new Set(consenting.filter(rule));
  return {
    owed: those(
      (memberId) => !facts.erased?.has(memberId) && segmentsOf(bought.get(memberId) ?? [], at).includes('big-180'),
    ),
    possible: those((memberId) => couldReachBig(bought.get(memberId) ?? [], at)),
  };
}
