import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { Subjects } from '@tessera/platform-messaging';
import { DataSource } from 'typeorm';
import type { Message } from './domain/message.js';
import { MessagesRepository } from './persistence/messages.repository.js';
import { PlanMessages } from './plan-messages.js';
import { PostMessages } from './post-messages.js';

export type Held = Readonly<{ tx: Transaction; message: Message; now: Date }>;

/** Changes messages that this process claimed, as long as nobody else has claimed them since: each claim has a lease holder of its own. */
@Injectable()
export class HeldMessages {
  constructor(
    private readonly dataSource: DataSource,
    private readonly subjects: Subjects,
    private readonly messages: MessagesRepository,
    private readonly postMessages: PostMessages,
    private readonly planMessages: PlanMessages,
  ) {}

  /** Answers the message as it is then, or null when it is another's now. `decide` gives the same object back to change nothing. */
  change(
    { messageId, memberId, leaseHolder }: Message,
    decide: (held: Held) => Message | Promise<Message>,
  ): Promise<Message | null> {
    return this.dataSource.transaction(async (tx) => {
      const locked = await this.subjects.lock(tx, [memberId]);
      const [message] = await this.messages.byIds(tx, [messageId]);
      if (!message || message.leaseHolder === null || message.leaseHolder !== leaseHolder) return null;

      const after = await decide({ tx, message, now: locked.now });
      if (after === message) return message;
      await this.postMessages.run(tx, locked, [after]);
      // What is given back may have lost its address or consent meanwhile, and its deadline counts again.
      if (after.state === 'waiting') await this.planMessages.refresh(tx, locked);
      return after;
    });
  }
}
