import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { pointsChanged, type PointsChanged } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';

/** Only for templates to show: the points a member can spend, over all wallets. */
@Controller()
export class OnPointsChanged {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
  ) {}

  @EventPattern<string>(pointsChanged.topic)
  async handle(@FromLog() { tx, events }: Batch<PointsChanged>): Promise<void> {
    const told = events.map(({ data: { memberId, balances } }) => ({
      memberId,
      points: balances.reduce((sum, { active }) => sum + active, 0),
    }));
    await this.subjects.lock(
      tx,
      told.map(({ memberId }) => memberId),
    );
    await this.members.storePoints(tx, told);
  }
}
