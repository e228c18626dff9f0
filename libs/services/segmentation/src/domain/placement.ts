import type { PurchaseFact } from '@tessera/purchases';
import { isOfHistory } from './history.js';
import { Measured } from './measured.js';
import type { Rule } from './rule.js';
import type { RuleSet } from './rule-set.js';
import { type Cause, lastTurn } from './turn.js';

/** What of a definition decides who is in its segment. `basis` and `changedAt` say since when the rule is this one. */
export type Ruling = Readonly<{ segment: string; version: number; rule: Rule; basis: number; changedAt: Date }>;

export type Rulings = Readonly<{ bySegment: ReadonlyMap<string, Ruling>; set: RuleSet<Ruling> }>;

export type Stay = Readonly<{
  segment: string;
  version: number;
  enteredAt: Date;
  cause: Cause;
  /** Only history that was loaded put the member in, or a rebuild found it. Decided when the stay is found, for as long as it lasts. */
  backfill: boolean;
}>;
export type Leaving = Readonly<{ segment: string; version: number; leftAt: Date; cause: Cause }>;

export type MemberStanding = Readonly<{
  registeredAt: Date;
  /** The basis on which the member was last derived; null: never since the registration became known. */
  evaluatedBasis: number | null;
  stays: readonly Stay[];
  /** In the order of `comparePurchases`, without those that wait for a program. */
  purchases: readonly PurchaseFact[];
}>;

export type Placement = Readonly<{
  /** All segments the member is in at `now`, by id. */
  inside: readonly Stay[];
  entered: readonly Stay[];
  left: readonly Leaving[];
  dueAt: Date | null;
}>;

/** Where the rules put a registered member at `now`, and how that differs from where the member was last found. */
export function place(member: MemberStanding, rulings: Rulings, now: Date): Placement {
  const { holding, dueAt } = rulings.set.at(new Measured(member.purchases, now.getTime()));
  const kept = new Map(member.stays.map((stay) => [stay.segment, stay]));
  const inside: Stay[] = [];
  const entered: Stay[] = [];
  for (const ruling of holding) {
    const stay = kept.get(ruling.segment) ?? entry(member, ruling, now);
    if (!kept.delete(ruling.segment)) entered.push(stay);
    inside.push(stay);
  }
  const left = [...kept.values()].map((stay) => leaving(member, stay, rulings.bySegment.get(stay.segment), now));
  return {
    inside: inside.sort(bySegment),
    entered: entered.sort(bySegment),
    left: left.sort(bySegment),
    dueAt: dueAt === null ? null : new Date(dueAt),
  };
}

/** As found at the end of a rebuild: what it enters triggers nothing, and is marked like an entry of history. */
export function foundByRebuild(placement: Placement): Placement {
  const entered = placement.entered.map((stay) => ({ ...stay, backfill: true }));
  const marked = new Map(entered.map((stay) => [stay.segment, stay]));
  return { ...placement, entered, inside: placement.inside.map((stay) => marked.get(stay.segment) ?? stay) };
}

function entry(member: MemberStanding, ruling: Ruling, now: Date): Stay {
  const { segment, version, rule } = ruling;
  const began =
    member.evaluatedBasis === null
      ? ({ at: registrationDate(member, now), cause: { kind: 'registration' } } as const)
      : turn(member, ruling, now);
  const backfill = isOfHistory(rule, member.purchases, began, now);
  return { segment, version, enteredAt: began.at, cause: began.cause, backfill };
}

function leaving(member: MemberStanding, stay: Stay, ruling: Ruling | undefined, now: Date): Leaving {
  const { segment, version } = stay;
  const { at: leftAt, cause } = turn(member, ruling, now);
  return { segment, version, leftAt, cause };
}

/**
 * A rule that is new to this member, or is gone, is the cause itself, unless the facts turned it after it had come into force.
 * A change that no fact explains (purchases that wait again because the program's currency changed) counts as one of definition.
 */
function turn(member: MemberStanding, ruling: Ruling | undefined, now: Date): Readonly<{ at: Date; cause: Cause }> {
  const byDefinition = { at: now, cause: { kind: 'definition' } } as const;
  if (!ruling) return byDefinition;
  const byFacts = lastTurn(ruling.rule, member.purchases, now);
  const isNew = member.evaluatedBasis === null || ruling.basis > member.evaluatedBasis;
  return !byFacts || (isNew && byFacts.at <= ruling.changedAt) ? byDefinition : byFacts;
}

/** Entries that a registration makes are dated at the member's latest purchase (domain.md section 9), without one at the registration. */
function registrationDate({ purchases, registeredAt }: MemberStanding, now: Date): Date {
  const latest = purchases.findLast(({ purchasedAt }) => purchasedAt <= now)?.purchasedAt ?? registeredAt;
  return latest < now ? latest : now;
}

/** Ids of segments are plain ASCII, so the comparison of strings is that of their bytes. */
function bySegment(a: Readonly<{ segment: string }>, b: Readonly<{ segment: string }>): number {
  return a.segment < b.segment ? -1 : Number(a.segment > b.segment);
}
