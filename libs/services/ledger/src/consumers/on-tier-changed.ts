import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { tierChanged, type TierChanged } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';
import { SettlePoints } from '../settle-points.js';

/** A history replaces the one before, and may change what any earlier purchase should have earned. */
@Controller()
export class OnTierChanged {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
    private readonly settlePoints: SettlePoints,
  ) {}

  @EventPattern<string>(tierChanged.topic)
  async handle(@FromLog() { tx, events }: Batch<TierChanged>): Promise<void> {
    const locked = await this.subjects.lock(
      tx,
      events.map(({ data }) => data.memberId),
    );
    await this.members.storeHistories(
      tx,
      events.map(({ data }) => data),
    );
    await this.settlePoints.run(tx, locked);
  }
}
