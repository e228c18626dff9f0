import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { memberErased, type MemberErased } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';
import { PlanMessages } from '../plan-messages.js';

/** Forgets everything known of the member and ends what waits; the ledger keeps that there was a message. */
@Controller()
export class OnMemberErased {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
    private readonly planMessages: PlanMessages,
  ) {}

  @EventPattern<string>(memberErased.topic)
  async handle(@FromLog() { tx, events }: Batch<MemberErased>): Promise<void> {
    const told = events.map(({ data }) => data);
    const locked = await this.subjects.lock(
      tx,
      told.map(({ memberId }) => memberId),
    );
    await this.members.erase(tx, told);
    await this.planMessages.refresh(tx, locked);
  }
}
