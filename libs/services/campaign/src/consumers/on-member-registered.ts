import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { memberRegistered, type MemberRegistered } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';
import { PlanMessages } from '../plan-messages.js';

/** Who was erased and registers again may be written to again. */
@Controller()
export class OnMemberRegistered {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
    private readonly planMessages: PlanMessages,
  ) {}

  @EventPattern<string>(memberRegistered.topic)
  async handle(@FromLog() { tx, events }: Batch<MemberRegistered>): Promise<void> {
    const told = events.map(({ data }) => data);
    const locked = await this.subjects.lock(
      tx,
      told.map(({ memberId }) => memberId),
    );
    await this.members.register(tx, told);
    await this.planMessages.refresh(tx, locked);
  }
}
