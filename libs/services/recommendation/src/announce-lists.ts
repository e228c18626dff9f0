import { Injectable } from '@nestjs/common';
import { recommendationChanged, type RecommendationChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Outbox, type SubjectRefresh } from '@tessera/platform-messaging';
import { isRested, soonest, STALE_MS } from './domain/schedule.js';
import { type ListedItem, MakeLists } from './make-lists.js';
import { MembersRepository, type Standing } from './persistence/members.repository.js';

const ANNOUNCED_MAX = 10;

/**
 * Makes the lists that are due and announces those in which the articles or their order differ from what was announced before. Called
 * by the refresh loop alone: consumers only say that a list is to be made.
 */
@Injectable()
export class AnnounceLists implements SubjectRefresh {
  /** Purchases of these members wait while their lists are made. */
  readonly subjectsMax = 50;

  constructor(
    private readonly members: MembersRepository,
    private readonly makeLists: MakeLists,
    private readonly outbox: Outbox,
  ) {}

  async refresh(tx: Transaction, locked: LockedSubjects): Promise<void> {
    const { ids, now } = locked;
    const isAnnouncing = locked.phase === 'announcing';
    const standings = await this.members.standings(tx, ids);
    const rested = isAnnouncing
      ? [...standings]
      : [...standings].filter(([, { announcedAt }]) => isRested(announcedAt, now));
    const lists = await this.makeLists.run(
      tx,
      rested.map(([memberId]) => memberId),
      { now, limit: ANNOUNCED_MAX, neighbours: 'recent' },
    );
    const changed = [...lists].filter(([memberId, items]) => isAnnouncing || differs(items, standings.get(memberId)));

    await this.members.noteAnnounced(
      tx,
      changed.map(([memberId, items]) => ({ memberId, skus: items.map(({ sku }) => sku) })),
      now,
    );
    await this.outbox.add(
      tx,
      recommendationChanged,
      changed.map(([memberId, items]) => eventOf(memberId, items, locked)),
    );
    await locked.settle(new Map(ids.map((id) => [id, dueAt(standings.get(id), lists.has(id), now)])));
  }
}

function dueAt(standing: Standing | undefined, isMade: boolean, now: Date): Date | null {
  if (!standing) return null;
  return isMade ? new Date(now.getTime() + STALE_MS) : soonest(standing.announcedAt, now);
}

function differs(items: readonly ListedItem[], standing: Standing | undefined): boolean {
  const announced = standing?.announced ?? [];
  return items.length !== announced.length || items.some(({ sku }, place) => sku !== announced[place]);
}

function eventOf(memberId: string, items: readonly ListedItem[], locked: LockedSubjects): RecommendationChanged {
  return {
    memberId,
    ...locked.next(memberId),
    ...(locked.phase === 'announcing' && { cause: 'rebuilt' }),
    items: items.map(({ sku, name, score, reason }) => ({ sku, ...(name !== null && { name }), score, reason })),
    changedAt: locked.now.toISOString(),
  };
}
