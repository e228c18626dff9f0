import { Injectable } from '@nestjs/common';
import { type MemberErased, segmentChanged, type SegmentChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Outbox } from '@tessera/platform-messaging';
import { type EndedStay, MembersRepository } from './persistence/members.repository.js';
import { RefreshSegments } from './refresh-segments.js';

/** Takes members out of all segments for good, and says so once of each who was in one. */
@Injectable()
export class EraseMembers {
  constructor(
    private readonly members: MembersRepository,
    private readonly outbox: Outbox,
    private readonly refreshSegments: RefreshSegments,
  ) {}

  /** The members are locked. */
  async run(
    tx: Transaction,
    locked: LockedSubjects,
    erasures: readonly Pick<MemberErased, 'memberId' | 'erasedAt'>[],
  ): Promise<void> {
    const ended = await this.members.erase(tx, locked.ids);
    const erasedAt = new Map(erasures.map((erasure) => [erasure.memberId, erasure.erasedAt]));
    await this.outbox.add(
      tx,
      segmentChanged,
      [...ended].map(([memberId, stays]) => eventOf(memberId, stays, erasedAt.get(memberId), locked)),
    );
    await this.refreshSegments.refresh(tx, locked);
  }
}

function eventOf(
  memberId: string,
  stays: readonly EndedStay[],
  erasedAt: string | undefined,
  locked: LockedSubjects,
): SegmentChanged {
  const changedAt = locked.now.toISOString();
  const leftAt = erasedAt ?? changedAt;
  return {
    memberId,
    ...locked.next(memberId),
    segments: [],
    entered: [],
    left: stays.map(({ segment, version }) => ({ segment, version, leftAt, cause: { kind: 'registration' } })),
    changedAt,
    erased: true,
  };
}
