import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { memberErased, type MemberErased } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { EraseMembers } from '../erase-members.js';

/** The end of a wallet. What comes later of the same number moves nothing. */
@Controller()
export class OnMemberErased {
  constructor(
    private readonly subjects: Subjects,
    private readonly eraseMembers: EraseMembers,
  ) {}

  @EventPattern<string>(memberErased.topic)
  async handle(@FromLog() { tx, events }: Batch<MemberErased>): Promise<void> {
    const erasures = events.map(({ data }) => data);
    const locked = await this.subjects.lock(
      tx,
      erasures.map(({ memberId }) => memberId),
    );
    await this.eraseMembers.run(tx, locked, erasures);
  }
}
