import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import type { UnfinishedWork } from '@tessera/platform-messaging';
import { DataSource } from 'typeorm';
import { UnknownCampaign, UnknownMember, UnknownMessage } from './domain/errors.js';
import { type Message, MESSAGE_STATES, type MessageState } from './domain/message.js';
import { CampaignsRepository } from './persistence/campaigns.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { MessagesRepository } from './persistence/messages.repository.js';

type PageBefore = Readonly<{ limit: number; before?: string | undefined }>;

export type MessageSummary = Readonly<{ messages: Readonly<Record<MessageState, number>>; messagesTotal: number }>;

/** The send ledger, newest first. As long as something of it is on its way, the service is not idle. */
@Injectable()
export class ReadMessages implements UnfinishedWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly messages: MessagesRepository,
    private readonly campaigns: CampaignsRepository,
    private readonly members: MembersRepository,
  ) {}

  /** Throws `UnknownMessage`. */
  async one(messageId: string): Promise<Message> {
    const [found] = await this.messages.byIds(this.dataSource.manager, [messageId]);
    if (!found) throw new UnknownMessage(messageId);
    return found;
  }

  /** Throws `UnknownCampaign`. */
  async ofCampaign(
    campaignId: string,
    page: PageBefore & Readonly<{ state?: MessageState | undefined }>,
  ): Promise<readonly Message[]> {
    const tx = this.dataSource.manager;
    if (!(await this.campaigns.find(tx, campaignId))) throw new UnknownCampaign(campaignId);
    return this.messages.ofCampaign(tx, campaignId, page);
  }

  /** Throws `UnknownMember`. */
  async ofMember(memberId: string, page: PageBefore): Promise<readonly Message[]> {
    const tx = this.dataSource.manager;
    const found = await this.messages.ofMember(tx, memberId, page);
    if (found.length === 0 && !(await this.members.profiles(tx, [memberId])).has(memberId)) {
      throw new UnknownMember(memberId);
    }
    return found;
  }

  /** `messagesTotal` leaves out the suppressed, as reports do. */
  async summary(): Promise<MessageSummary> {
    const counts = await this.messages.counts(this.dataSource.manager);
    const messages = Object.fromEntries(MESSAGE_STATES.map((state) => [state, counts.get(state) ?? 0])) as Record<
      MessageState,
      number
    >;
    const all = Object.values(messages).reduce((sum, count) => sum + count, 0);
    return { messages, messagesTotal: all - messages.suppressed };
  }

  count(tx: Transaction): Promise<number> {
    return this.messages.countOnTheirWay(tx);
  }
}
