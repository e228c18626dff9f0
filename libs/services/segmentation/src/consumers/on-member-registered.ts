import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { memberRegistered, type MemberRegistered } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';
import { RefreshSegments } from '../refresh-segments.js';

/** From now on all purchases of that number count, whenever dated. */
@Controller()
export class OnMemberRegistered {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
    private readonly refreshSegments: RefreshSegments,
  ) {}

  @EventPattern<string>(memberRegistered.topic)
  async handle(@FromLog() { tx, events }: Batch<MemberRegistered>): Promise<void> {
    const registrations = events.map(({ data }) => data);
    const locked = await this.subjects.lock(
      tx,
      registrations.map(({ memberId }) => memberId),
    );
    await this.members.register(tx, registrations);
    await this.refreshSegments.refresh(tx, locked);
  }
}
