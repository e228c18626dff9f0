import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { shareReferenceData, Subjects } from '@tessera/platform-messaging';
import { SETTINGS } from '@tessera/platform-service';
import { type Causes, Tracing } from '@tessera/platform-tracing';
import { DataSource } from 'typeorm';
import type { CampaignSettings } from './campaign.settings.js';
import { claimed, isClaimable, type Message } from './domain/message.js';
import { MessagesRepository } from './persistence/messages.repository.js';
import { PostMessages } from './post-messages.js';

/**
 * Takes messages to be sent, each under a lease of its own: those that are ready, and those whose lease has run out, whoever held it.
 * Replicas share the work; what someone else has locked is left for the next turn.
 */
@Injectable()
export class ClaimMessages {
  constructor(
    private readonly dataSource: DataSource,
    private readonly subjects: Subjects,
    private readonly messages: MessagesRepository,
    private readonly postMessages: PostMessages,
    private readonly tracing: Tracing,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
  ) {}

  run(limit: number): Promise<readonly Message[]> {
    return this.dataSource.transaction(async (tx) => {
      // Before any member is locked, or a change of reference data that waits in between would wait for ever.
      await shareReferenceData(tx);
      const picked = await this.messages.pickClaimable(tx, limit);
      if (picked.length === 0) return [];

      const locked = await this.subjects.lock(
        tx,
        picked.map(({ memberId }) => memberId),
      );
      const found = await this.messages.byIds(
        tx,
        picked.map(({ messageId }) => messageId),
      );
      const until = new Date(locked.now.getTime() + this.settings.leaseMs);
      const taken = found
        .filter((message) => isClaimable(message, locked.now))
        .map((message) => claimed(message, { holder: randomUUID(), until }, locked.now, this.settings));
      await this.tracing.onBehalfOf(causesOf(taken), () => this.postMessages.run(tx, locked, taken));
      return taken.filter(({ state }) => state === 'claimed');
    });
  }
}

const causesOf = (messages: readonly Message[]): Causes =>
  new Map(messages.flatMap(({ memberId, traceparent }) => (traceparent ? [[memberId, traceparent] as const] : [])));
