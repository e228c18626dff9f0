import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { tierChanged, type TierChanged } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';

/** Only for templates to show: it triggers nothing. */
@Controller()
export class OnTierChanged {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
  ) {}

  @EventPattern<string>(tierChanged.topic)
  async handle(@FromLog() { tx, events }: Batch<TierChanged>): Promise<void> {
    const told = events.map(({ data }) => data);
    await this.subjects.lock(
      tx,
      told.map(({ memberId }) => memberId),
    );
    await this.members.storeTiers(tx, told);
  }
}
