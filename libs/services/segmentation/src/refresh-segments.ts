import { Injectable } from '@nestjs/common';
import { segmentChanged, type SegmentChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Outbox, type SubjectRefresh } from '@tessera/platform-messaging';
import { programAt, Programs, PurchaseFacts } from '@tessera/purchases';
import { foundByRebuild, place, type Leaving, type Placement, type Stay } from './domain/placement.js';
import { DefinitionsRepository } from './persistence/definitions.repository.js';
import { MembersRepository, type Standing } from './persistence/members.repository.js';

type Placed = Readonly<{ memberId: string; placement: Placement }>;

/**
 * Derives the segments of locked members from their facts, the definitions and the database's clock, and posts the difference to
 * what was posted before. Every event, due instant and changed definition ends here, so none of them can disagree. Nothing is kept
 * of those erased: what came of them since is deleted.
 */
@Injectable()
export class RefreshSegments implements SubjectRefresh {
  constructor(
    private readonly facts: PurchaseFacts,
    private readonly programs: Programs,
    private readonly definitions: DefinitionsRepository,
    private readonly members: MembersRepository,
    private readonly outbox: Outbox,
  ) {}

  async refresh(tx: Transaction, locked: LockedSubjects): Promise<void> {
    const { ids, now, basis, phase } = locked;
    // All facts are recorded first: what a part of them says is of no use to anybody.
    if (phase === 'replaying') return;
    const isAnnouncing = phase === 'announcing';
    const standings = await this.members.standings(tx, ids);
    await this.facts.forget(tx, await this.erasedAmong(tx, ids, standings));
    const currency = programAt(await this.programs.all(tx, basis), now)?.currency ?? null;
    const purchases = await this.facts.gate(tx, { ids, registered: new Set(standings.keys()), currency });

    const registered = [...standings.keys()];
    const rulings = await this.definitions.rulings(tx, basis);
    const placed = [...standings].map(([memberId, standing]): Placed => {
      const evaluatedBasis = standing.evaluatedBasis ?? (isAnnouncing ? basis : null);
      const member = { ...standing, evaluatedBasis, purchases: purchases.get(memberId) ?? [] };
      const placement = place(member, rulings, now);
      return { memberId, placement: isAnnouncing ? foundByRebuild(placement) : placement };
    });

    const moved = placed.filter(({ placement: { entered, left } }) => entered.length > 0 || left.length > 0);
    await this.members.move(tx, {
      entered: moved.flatMap(({ memberId, placement }) => placement.entered.map((stay) => ({ memberId, stay }))),
      left: moved.flatMap(({ memberId, placement }) => placement.left.map(({ segment }) => ({ memberId, segment }))),
    });
    const newOnBasis = registered.filter((memberId) => standings.get(memberId)?.evaluatedBasis !== basis);
    await this.members.noteEvaluated(tx, newOnBasis, basis);
    await this.outbox.add(
      tx,
      segmentChanged,
      (isAnnouncing ? placed : moved).map((one) => eventOf(one, locked)),
    );

    const dueAt = new Map<string, Date | null>(ids.map((id) => [id, null]));
    for (const { memberId, placement } of placed) dueAt.set(memberId, placement.dueAt);
    await locked.settle(dueAt);
  }

  /** No member is erased too, so of members alone this costs nothing. */
  private async erasedAmong(
    tx: Transaction,
    ids: readonly string[],
    standings: ReadonlyMap<string, Standing>,
  ): Promise<readonly string[]> {
    const others = ids.filter((id) => !standings.has(id));
    return others.length > 0 ? this.members.erased(tx, others) : [];
  }
}

function eventOf({ memberId, placement }: Placed, locked: LockedSubjects): SegmentChanged {
  const { inside, entered, left } = placement;
  return {
    memberId,
    ...locked.next(memberId),
    ...(locked.phase === 'announcing' && { cause: 'rebuilt' }),
    segments: inside.map(({ segment, version, enteredAt, backfill }) => ({
      segment,
      version,
      enteredAt: enteredAt.toISOString(),
      backfill,
    })),
    entered: entered.map(entryOf),
    left: left.map(leavingOf),
    changedAt: locked.now.toISOString(),
  };
}

const entryOf = ({ segment, version, enteredAt, cause }: Stay): SegmentChanged['entered'][number] => ({
  segment,
  version,
  enteredAt: enteredAt.toISOString(),
  cause,
});

const leavingOf = ({ segment, version, leftAt, cause }: Leaving): SegmentChanged['left'][number] => ({
  segment,
  version,
  leftAt: leftAt.toISOString(),
  cause,
});
