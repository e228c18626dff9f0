import type { ProgramPublished } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import type { PurchaseFact, PurchaseFacts } from '@tessera/purchases';
import { type TierHistory, tierHistory, type TierRules } from './domain/tier-history.js';

export type DerivedTier = TierHistory & Readonly<{ purchases: readonly PurchaseFact[] }>;

type Question = Readonly<{ memberIds: readonly string[]; programs: readonly ProgramPublished[]; now: Date }>;

/** Members' tiers from their facts alone, as of an instant; every id has an entry. There must be a program. */
export async function deriveTiers(
  tx: Transaction,
  facts: PurchaseFacts,
  { memberIds, programs, now }: Question,
): Promise<ReadonlyMap<string, DerivedTier>> {
  return deriveFrom(await facts.load(tx, memberIds), programs, now);
}

/** The same from facts that are there already. */
export function deriveFrom(
  loaded: ReadonlyMap<string, readonly PurchaseFact[]>,
  programs: readonly ProgramPublished[],
  now: Date,
): ReadonlyMap<string, DerivedTier> {
  const rules = tierRules(programs);
  const derived = new Map<string, DerivedTier>();
  for (const [memberId, purchases] of loaded) {
    derived.set(memberId, { ...tierHistory(purchases, rules, now), purchases });
  }
  return derived;
}

export function tierRules(programs: readonly ProgramPublished[]): readonly TierRules[] {
  return programs.map(({ inForceFrom, tierWindowDays, tiers }) => ({
    inForceFrom: inForceFrom === null ? null : new Date(inForceFrom),
    windowDays: tierWindowDays,
    tiers,
  }));
}
