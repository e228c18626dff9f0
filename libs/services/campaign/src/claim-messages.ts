import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { shareReferenceData, Subjects } from '@tessera/platform-messaging';
import { Metrics, SETTINGS } from '@tessera/platform-service';
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
  private readonly doubts;

  constructor(
    private readonly dataSource: DataSource,
    private readonly subjects: Subjects,
    private readonly messages: MessagesRepository,
    private readonly postMessages: PostMessages,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
    metrics: Metrics,
  ) {
    this.doubts = metrics.counter('tessera_campaign_doubts_total', 'Attempts of which nobody knows how they ended', []);
  }

  async run(limit: number): Promise<readonly Message[]> {
    const { found, taken } = await this.take(limit);
    // Counted when it is committed: who was sending before is gone, and could not count it.
    this.doubts.inc(doubtsOf(taken) - doubtsOf(found));
    return taken.filter(({ state }) => state === 'claimed');
  }

  private take(limit: number): Promise<Readonly<{ found: readonly Message[]; taken: readonly Message[] }>> {
    return this.dataSource.transaction(async (tx) => {
      // Before any member is locked, or a change of reference data that waits in between would wait for ever.
      await shareReferenceData(tx);
      const picked = await this.messages.pickClaimable(tx, limit);
      if (picked.length === 0) return { found: [], taken: [] };

      const locked = await this.subjects.lock(
        tx,
        picked.map(({ memberId }) => memberId),
      );
      const all = await this.messages.byIds(
        tx,
        picked.map(({ messageId }) => messageId),
      );
      const until = new Date(locked.now.getTime() + this.settings.leaseMs);
      const found = all.filter((message) => isClaimable(message, locked.now));
      const taken = found.map((message) =>
        claimed(message, { holder: randomUUID(), until }, locked.now, this.settings),
      );
      await this.postMessages.run(tx, locked, taken);
      return { found, taken };
    });
  }
}

const doubtsOf = (messages: readonly Message[]): number => messages.reduce((sum, { doubts }) => sum + doubts, 0);
