import { shuffledFacts } from './shuffled-facts.features.js';
import type { Facts } from './upkeep-shop.features.js';

const MEMBERS = 40;
const THIRDS = 3;

/** A part of the shuffled facts that is small enough to be held against the oracle again and again. */
export function someFacts(seed: number): Facts {
  const { members, purchases, refunds } = shuffledFacts(seed, new Date());
  const some = new Set(members.slice(0, MEMBERS));
  return {
    members: [...some],
    purchases: purchases.filter(({ memberId }) => some.has(memberId)),
    refunds: refunds.filter(({ memberId }) => some.has(memberId)),
  };
}

/** Facts that are there before a backup or rebuild (0), those that come after it or while it runs (1), and the rest (2). */
export function third({ members, purchases, refunds }: Facts, part: number): Facts {
  const cut = <Fact>(facts: readonly Fact[]): readonly Fact[] =>
    facts.slice(Math.floor((facts.length * part) / THIRDS), Math.floor((facts.length * (part + 1)) / THIRDS));
  return { members, purchases: cut(purchases), refunds: cut(refunds) };
}

export function upTo(facts: Facts, part: number): Facts {
  const parts = Array.from({ length: part + 1 }, (_, index) => third(facts, index));
  return {
    members: facts.members,
    purchases: parts.flatMap(({ purchases }) => purchases),
    refunds: parts.flatMap(({ refunds }) => refunds),
  };
}
