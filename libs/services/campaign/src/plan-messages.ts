import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import type { LockedSubjects, SubjectRefresh } from '@tessera/platform-messaging';
import { Tracing } from '@tessera/platform-tracing';
import { v7 as uuidv7 } from 'uuid';
import type { Campaign } from './domain/campaign.js';
import { heldTo, type Message } from './domain/message.js';
import { firstDeadline, plan } from './domain/plan.js';
import { MessageIds } from './message-ids.js';
import { CampaignsRepository } from './persistence/campaigns.repository.js';
import { MembersRepository, NOTHING_KNOWN } from './persistence/members.repository.js';
import { MessagesRepository } from './persistence/messages.repository.js';
import { PostMessages } from './post-messages.js';

/**
 * Brings members' messages to what their stays, contact and consent ask for, whatever made that necessary: an entry, an address, a word on
 * consent, another campaign, or time. Posts the difference, and says when to look again.
 */
@Injectable()
export class PlanMessages implements SubjectRefresh {
  constructor(
    private readonly campaigns: CampaignsRepository,
    private readonly members: MembersRepository,
    private readonly messages: MessagesRepository,
    private readonly postMessages: PostMessages,
    private readonly messageIds: MessageIds,
    private readonly tracing: Tracing,
  ) {}

  async refresh(tx: Transaction, locked: LockedSubjects): Promise<void> {
    const { ids, now, basis } = locked;
    const campaigns = await this.campaigns.all(tx, basis);
    const profiles = await this.members.profiles(tx, ids);
    const stays = await this.members.stays(tx, ids);
    const messages = await this.messages.ofMembers(tx, ids);

    const changed: Message[] = [];
    const dueAt = new Map<string, Date | null>();
    for (const memberId of ids) {
      const reach = profiles.get(memberId)?.reach ?? NOTHING_KNOWN;
      const facts = { stays: stays.get(memberId) ?? [], reach, messages: messages.get(memberId) ?? [] };
      const planned = plan(facts, campaigns, now);
      const begun = planned.begins.map((campaign) => heldTo(this.begin(campaign, memberId, now), reach, now));
      changed.push(...planned.changed, ...begun);
      dueAt.set(memberId, earlier(planned.dueAt, firstDeadline(begun)));
    }
    await this.postMessages.run(tx, locked, changed);
    await locked.settle(dueAt);
  }

  private begin({ campaignId, template }: Campaign, memberId: string, now: Date): Message {
    const messageId = uuidv7();
    return {
      messageId,
      campaignId,
      memberId,
      template,
      templateVersion: null,
      state: 'waiting',
      reason: null,
      attempts: 0,
      doubts: 0,
      deferrals: 0,
      claimableAt: null,
      leaseHolder: null,
      rfcMessageId: this.messageIds.rfcMessageId(messageId),
      traceparent: this.tracing.traceparent(memberId) ?? null,
      createdAt: now,
      changedAt: now,
    };
  }
}

const earlier = (a: Date | null, b: Date | null): Date | null => (a && b ? (a < b ? a : b) : (a ?? b));
