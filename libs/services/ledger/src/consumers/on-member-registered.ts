import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { memberRegistered, type MemberRegistered } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';
import { SettlePoints } from '../settle-points.js';

/** From here on a member's purchases count, all of them, whenever they are dated. */
@Controller()
export class OnMemberRegistered {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
    private readonly settlePoints: SettlePoints,
  ) {}

  @EventPattern<string>(memberRegistered.topic)
  async handle(@FromLog() { tx, events }: Batch<MemberRegistered>): Promise<void> {
    const locked = await this.subjects.lock(
      tx,
      events.map(({ data }) => data.memberId),
    );
    await this.members.storeRegistrations(
      tx,
      events.map(({ data }) => data),
    );
    await this.settlePoints.run(tx, locked);
  }
}
