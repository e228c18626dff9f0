import { Injectable } from '@nestjs/common';
import { type ProgramPublished, type TierChanged, tierChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Outbox, type SubjectRefresh } from '@tessera/platform-messaging';
import { Programs, PurchaseFacts } from '@tessera/purchases';
import { deriveFrom, type DerivedTier, tierRules } from './derive-tiers.js';
import { directionOf } from './domain/direction.js';
import type { TierEntry } from './domain/tier-history.js';
import { Members } from './persistence/members.js';
import { type StoredTier, TierHistories } from './persistence/tier-histories.js';

/**
 * Brings members' tiers to what their facts, the program and the clock say, and publishes what differs from what was published.
 * Everything that can change a tier ends here: purchases, refunds, registration, program versions, window exits.
 */
@Injectable()
export class RefreshTiers implements SubjectRefresh {
  constructor(
    private readonly members: Members,
    private readonly facts: PurchaseFacts,
    private readonly programs: Programs,
    private readonly histories: TierHistories,
    private readonly outbox: Outbox,
  ) {}

  async refresh(tx: Transaction, locked: LockedSubjects): Promise<void> {
    const programs = await this.programs.all(tx, locked.basis);
    const registered = await this.members.registered(tx, locked.ids);
    const currency = programs[0]?.currency ?? null;
    const purchases = await this.facts.gate(tx, { ids: locked.ids, registered, currency });

    const due = new Map<string, Date | null>(locked.ids.map((id) => [id, null]));
    if (programs.length > 0 && registered.size > 0) {
      const wanted = wantedOf(deriveFrom(purchases, programs, locked.now));
      for (const [id, { dueAt }] of wanted) due.set(id, dueAt);
      await this.post(tx, locked, wanted, programs);
    }
    await locked.settle(due);
  }

  private async post(
    tx: Transaction,
    locked: LockedSubjects,
    wanted: ReadonlyMap<string, StoredTier>,
    programs: readonly ProgramPublished[],
  ): Promise<void> {
    const stored = await this.histories.load(tx, [...wanted.keys()]);
    const rules = tierRules(programs);
    const lowest = programs[0]?.tiers[0]?.tier ?? '';
    // Said anew after a restore: consumers may know of a tier that this database has forgotten.
    const isAnnouncing = locked.phase === 'announcing';
    const changed: TierChanged[] = [];
    const toSave = new Map<string, StoredTier>();
    for (const [memberId, tier] of wanted) {
      const before = stored.get(memberId);
      const isNews = !sameEntries(before?.entries ?? [], tier.entries);
      if (isNews || !before || before.dueAt?.getTime() !== tier.dueAt?.getTime()) toSave.set(memberId, tier);
      if (!isNews && !isAnnouncing) continue;
      changed.push({
        memberId,
        ...locked.next(memberId),
        tier: tier.tier,
        direction: isNews ? directionOf(before?.tier ?? lowest, tier.tier, rules) : 'rewritten',
        history: tier.entries,
        changedAt: locked.now.toISOString(),
      });
    }
    await this.histories.save(tx, toSave);
    await this.outbox.add(tx, tierChanged, changed);
  }
}

function wantedOf(derived: ReadonlyMap<string, DerivedTier>): ReadonlyMap<string, StoredTier> {
  return new Map(
    [...derived].map(([id, { current, entries, dueAt }]) => [id, { tier: current, entries: entries.map(told), dueAt }]),
  );
}

function told({ effectiveAt, afterPurchaseId, tier }: TierEntry): TierChanged['history'][number] {
  return { effectiveAt: effectiveAt.toISOString(), afterPurchaseId, tier };
}

function sameEntries(a: TierChanged['history'], b: TierChanged['history']): boolean {
  return (
    a.length === b.length &&
    a.every((entry, place) => {
      const other = b[place];
      return (
        entry.effectiveAt === other?.effectiveAt &&
        entry.afterPurchaseId === other.afterPurchaseId &&
        entry.tier === other.tier
      );
    })
  );
}
