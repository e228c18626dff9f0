import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { consentChanged, type ConsentChanged } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';
import { PlanMessages } from '../plan-messages.js';

/** A word on e-mail lets waiting messages go, or ends them. */
@Controller()
export class OnConsentChanged {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
    private readonly planMessages: PlanMessages,
  ) {}

  @EventPattern<string>(consentChanged.topic)
  async handle(@FromLog() { tx, events }: Batch<ConsentChanged>): Promise<void> {
    const told = events.map(({ data }) => ({ ...data, consent: wordOnEmail(data) }));
    const locked = await this.subjects.lock(
      tx,
      told.map(({ memberId }) => memberId),
    );
    await this.members.storeConsents(tx, told);
    await this.planMessages.refresh(tx, locked);
  }
}

const wordOnEmail = ({ consents }: ConsentChanged): boolean | null =>
  consents.find(({ channel }) => channel === 'email')?.granted ?? null;
