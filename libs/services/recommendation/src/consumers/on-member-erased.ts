import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { memberErased, type MemberErased } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { EraseMembers } from '../erase-members.js';

/** Only members have lists, and nothing is held of those erased. */
@Controller()
export class OnMemberErased {
  constructor(
    private readonly subjects: Subjects,
    private readonly eraseMembers: EraseMembers,
  ) {}

  @EventPattern<string>(memberErased.topic)
  async handle(@FromLog() { tx, events }: Batch<MemberErased>): Promise<void> {
    const locked = await this.subjects.lock(
      tx,
      events.map(({ data }) => data.memberId),
    );
    await this.eraseMembers.run(tx, locked);
  }
}
