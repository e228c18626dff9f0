import { Injectable } from '@nestjs/common';
import { type MessageChanged, messageChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import type { LockedSubjects, OwnState, OwnStates } from '@tessera/platform-messaging';
import type { Message } from './domain/message.js';
import { asTold } from './domain/told-message.js';
import { MessageIds } from './message-ids.js';
import { MessagesRepository } from './persistence/messages.repository.js';

/**
 * After a restore the send ledger takes from the log what it has forgotten, before it plans or sends anything: who has got a message does not get it again, and
 * who was being written to is written to again only under the rules for an outcome that nobody knows.
 */
@Injectable()
export class HeedOwnMessages implements OwnStates {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly messageIds: MessageIds,
  ) {}

  async heed(tx: Transaction, locked: LockedSubjects, states: readonly OwnState[]): Promise<void> {
    const told = states.filter(({ topic }) => topic === messageChanged.topic).map(({ data }) => data as MessageChanged);
    if (told.length === 0) return;

    const known = new Map<string, Message>();
    const taken = new Map<string, string>();
    for (const messages of (await this.messages.ofMembers(tx, locked.ids)).values()) {
      for (const message of messages) {
        known.set(message.messageId, message);
        taken.set(placeOf(message), message.messageId);
      }
    }
    // One a campaign and member, for ever: the one that is there stands.
    const ours = told.filter((state) => (taken.get(placeOf(state)) ?? state.messageId) === state.messageId);
    await this.messages.store(
      tx,
      ours.map((state) => {
        const { messageId } = state;
        const rfcMessageId = this.messageIds.rfcMessageId(messageId);
        return asTold(known.get(messageId) ?? null, state, rfcMessageId, locked.now);
      }),
    );
  }
}

const placeOf = ({ campaignId, memberId }: Readonly<{ campaignId: string; memberId: string }>): string =>
  `${campaignId}\n${memberId}`;
