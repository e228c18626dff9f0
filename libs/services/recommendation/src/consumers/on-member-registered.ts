import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { memberRegistered, type MemberRegistered } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { RegisterMembers } from '../register-members.js';
import { ScheduleLists } from '../schedule-lists.js';

/** Only members have lists, and only their purchases count for others'. */
@Controller()
export class OnMemberRegistered {
  constructor(
    private readonly subjects: Subjects,
    private readonly registerMembers: RegisterMembers,
    private readonly scheduleLists: ScheduleLists,
  ) {}

  @EventPattern<string>(memberRegistered.topic)
  async handle(@FromLog() batch: Batch<MemberRegistered>): Promise<void> {
    const locked = await this.subjects.lock(
      batch.tx,
      batch.events.map(({ data }) => data.memberId),
    );
    await this.registerMembers.run(
      batch.tx,
      batch.events.map(({ data }) => data),
    );
    await this.scheduleLists.run(batch.tx, locked);
  }
}
