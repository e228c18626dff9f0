import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { segmentChanged, type SegmentCause, type SegmentChanged } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { type SegmentState, staysAfter } from '../domain/stays.js';
import { MembersRepository } from '../persistence/members.repository.js';
import { PlanMessages } from '../plan-messages.js';

/** Entries are found by comparing with our own copy: a state that comes again, or was skipped over, makes no difference. */
@Controller()
export class OnSegmentChanged {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
    private readonly planMessages: PlanMessages,
  ) {}

  @EventPattern<string>(segmentChanged.topic)
  async handle(@FromLog() { tx, events }: Batch<SegmentChanged>): Promise<void> {
    const locked = await this.subjects.lock(
      tx,
      events.map(({ data }) => data.memberId),
    );
    const known = await this.members.stays(tx, locked.ids);
    const after = events.map(
      ({ data }) => [data.memberId, staysAfter(known.get(data.memberId) ?? [], stateOf(data))] as const,
    );
    await this.members.replaceStays(tx, new Map(after));
    await this.planMessages.refresh(tx, locked);
  }
}

const stateOf = ({ epoch, segments, entered, cause: word }: SegmentChanged): SegmentState => ({
  epoch,
  segments: segments.map(({ segment, enteredAt, backfill }) => ({
    segment,
    enteredAt: new Date(enteredAt),
    isBackfill: backfill,
  })),
  entered: entered.map(({ segment, enteredAt, cause }) => ({
    segment,
    enteredAt: new Date(enteredAt),
    isBackfill: word === 'rebuilt' || isBackfill(cause),
  })),
});

const isBackfill = (cause: SegmentCause): boolean => 'backfill' in cause && cause.backfill;
