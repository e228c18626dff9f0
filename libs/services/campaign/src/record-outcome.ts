import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '@tessera/platform-service';
import type { CampaignSettings } from './campaign.settings.js';
import { type Message, type Outcome, released, settled } from './domain/message.js';
import { HeldMessages } from './held-messages.js';
import { MembersRepository, NOTHING_KNOWN, type StateVersion } from './persistence/members.repository.js';

/** Writes down what came of a message that this process holds. A result that comes late still stands as long as nobody has claimed the message since. */
@Injectable()
export class RecordOutcome {
  constructor(
    private readonly heldMessages: HeldMessages,
    private readonly members: MembersRepository,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
  ) {}

  /** `pauseMs`: how long the mail server is left alone when it could not be reached. */
  async run(held: Message, outcome: Outcome, pauseMs: number): Promise<void> {
    await this.heldMessages.change(held, ({ message, now }) => settled(message, outcome, now, this.settings, pauseMs));
  }

  /** Gives a message back, to be claimed again once it can be sent. With `withoutAddress`, that contact is known to be of no use. */
  async release(held: Message, withoutAddress?: StateVersion): Promise<void> {
    await this.heldMessages.change(held, async ({ tx, message, now }) => {
      if (withoutAddress) await this.members.noteWithoutAddress(tx, message.memberId, withoutAddress);
      const profile = (await this.members.profiles(tx, [message.memberId])).get(message.memberId);
      return released(message, profile?.reach ?? NOTHING_KNOWN, now);
    });
  }
}
