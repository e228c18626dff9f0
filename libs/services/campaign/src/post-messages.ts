import { Injectable } from '@nestjs/common';
import { type MessageChanged, messageChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Outbox } from '@tessera/platform-messaging';
import type { Message } from './domain/message.js';
import { MessagesRepository } from './persistence/messages.repository.js';

/** The only way into the send ledger: what is written there is told, in the same transaction, under the member's next number. */
@Injectable()
export class PostMessages {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly outbox: Outbox,
  ) {}

  async run(tx: Transaction, locked: LockedSubjects, changed: readonly Message[]): Promise<void> {
    if (changed.length === 0) return;
    await this.messages.store(tx, changed);
    await this.outbox.add(
      tx,
      messageChanged,
      changed.map((message) => eventOf(message, locked)),
    );
  }
}

function eventOf(message: Message, locked: LockedSubjects): MessageChanged {
  const { messageId, memberId, campaignId, template, state, reason, attempts, doubts, changedAt } = message;
  return {
    messageId,
    memberId,
    campaignId,
    template,
    channel: 'email',
    state,
    ...(reason !== null && { reason }),
    attempts,
    doubts,
    ...locked.next(memberId),
    changedAt: changedAt.toISOString(),
  };
}
