import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { memberId } from '@tessera/contracts';
import { decodeCursor, type Page, type PageQuery, toPage } from '@tessera/platform-http';
import { SharedAnswer } from '@tessera/platform-service';
import type { z } from 'zod';
import type { Message } from '../domain/message.js';
import { type MessageSummary, ReadMessages } from '../read-messages.js';
import {
  campaignId,
  listQuery,
  messageAnswer,
  messageId,
  messagePage,
  messagesQuery,
  summaryAnswer,
} from './campaign.schemas.js';

type ShownMessage = Omit<z.input<typeof messageAnswer>, 'nextAttemptAt' | 'createdAt' | 'changedAt'> &
  Readonly<{ nextAttemptAt: Date | null; createdAt: Date; changedAt: Date }>;

@ApiTags('messages')
@Controller()
export class MessagesController {
  constructor(private readonly read: ReadMessages) {}

  /** Messages of a campaign, newest first. */
  @Get('campaigns/:campaignId/messages')
  @ApiOkResponse({ standardSchema: messagePage })
  async ofCampaign(
    @Param('campaignId', { schema: campaignId }) id: string,
    @Query({ schema: messagesQuery }) { limit, cursor, state }: z.infer<typeof messagesQuery>,
  ): Promise<Page<ShownMessage>> {
    const before = decodeCursor(messageId, cursor);
    return pageOfMessages(await this.read.ofCampaign(id, { limit: limit + 1, before, state }), limit);
  }

  /** Messages to a member, newest first. */
  @Get('members/:memberId/messages')
  @ApiOkResponse({ standardSchema: messagePage })
  async ofMember(
    @Param('memberId', { schema: memberId }) id: string,
    @Query({ schema: listQuery }) { limit, cursor }: PageQuery,
  ): Promise<Page<ShownMessage>> {
    const before = decodeCursor(messageId, cursor);
    return pageOfMessages(await this.read.ofMember(id, { limit: limit + 1, before }), limit);
  }

  @Get('messages/:messageId')
  @ApiOkResponse({ standardSchema: messageAnswer })
  async one(@Param('messageId', { schema: messageId }) id: string): Promise<ShownMessage> {
    return shown(await this.read.one(id));
  }

  /** How many messages there are in each state. */
  @Get('summary')
  @SharedAnswer()
  @ApiOkResponse({ standardSchema: summaryAnswer })
  summary(): Promise<MessageSummary> {
    return this.read.summary();
  }
}

const pageOfMessages = (found: readonly Message[], limit: number): Page<ShownMessage> =>
  toPage(found, limit, { item: shown, position: (one) => one.messageId });

function shown(message: Message): ShownMessage {
  const { claimableAt, leaseHolder: _holder, deferrals: _deferrals, traceparent: _trace, ...rest } = message;
  return { ...rest, channel: 'email', nextAttemptAt: message.state === 'waiting' ? claimableAt : null };
}
