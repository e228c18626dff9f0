import { Injectable } from '@nestjs/common';
import { type MessageChanged, messageChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Outbox } from '@tessera/platform-messaging';
import { Tracing } from '@tessera/platform-tracing';
import type { Message } from './domain/message.js';
import { MessagesRepository } from './persistence/messages.repository.js';

/**
 * The only way into the send ledger: what is written there is told, in the same transaction, under the member's next number, and in
 * the trace of what made the message necessary.
 */
@Injectable()
export class PostMessages {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly outbox: Outbox,
    private readonly tracing: Tracing,
  ) {}

  async run(tx: Transaction, locked: LockedSubjects, changed: readonly Message[]): Promise<void> {
    if (changed.length === 0) return;
    await this.messages.store(tx, changed);
    const causes = new Map(
      changed.flatMap(({ memberId, traceparent }) => (traceparent ? [[memberId, traceparent]] : [])),
    );
    const events = changed.map((message) => eventOf(message, locked));
    await this.tracing.onBehalfOf(causes, () => this.outbox.add(tx, messageChanged, events));
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
