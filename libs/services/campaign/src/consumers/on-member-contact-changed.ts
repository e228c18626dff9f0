import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { memberContactChanged, type MemberContactChanged } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';
import { PlanMessages } from '../plan-messages.js';

/** Contacts are kept sealed, as they come; a tombstone says that one is to be forgotten. */
@Controller()
export class OnMemberContactChanged {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
    private readonly planMessages: PlanMessages,
  ) {}

  @EventPattern<string>(memberContactChanged.topic)
  async handle(@FromLog() { tx, events, tombstones }: Batch<MemberContactChanged>): Promise<void> {
    const told = events.map(({ data }) => data);
    const forgotten = tombstones.map(({ key }) => key);
    const locked = await this.subjects.lock(tx, [...told.map(({ memberId }) => memberId), ...forgotten]);
    await this.members.forgetContacts(tx, forgotten);
    await this.members.storeContacts(tx, told);
    await this.planMessages.refresh(tx, locked);
  }
}
