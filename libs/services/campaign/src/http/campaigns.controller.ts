import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { decodeCursor, type Page, type PageQuery, toPage } from '@tessera/platform-http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { DefineCampaign } from '../define-campaign.js';
import type { Campaign } from '../domain/campaign.js';
import type { Audience } from '../persistence/audience.repository.js';
import { ReadCampaigns } from '../read-campaigns.js';
import { SwitchCampaign } from '../switch-campaign.js';
import { TryCampaign } from '../try-campaign.js';
import {
  audienceAnswer,
  campaignAnswer,
  campaignDraft,
  campaignId,
  campaignPage,
  listQuery,
  putQuery,
} from './campaign.schemas.js';

@ApiTags('campaigns')
@Controller('campaigns')
export class CampaignsController {
  constructor(
    private readonly read: ReadCampaigns,
    private readonly defineCampaign: DefineCampaign,
    private readonly switchCampaign: SwitchCampaign,
    private readonly tryCampaign: TryCampaign,
  ) {}

  /** Campaigns by id. */
  @Get()
  @ApiOkResponse({ standardSchema: campaignPage })
  async list(@Query({ schema: listQuery }) { limit, cursor }: PageQuery): Promise<Page<Campaign>> {
    const after = decodeCursor(campaignId, cursor);
    const found = await this.read.list({ limit: limit + 1, ...(after && { after }) });
    return toPage(found, limit, { item: (one) => one, position: (one) => one.campaignId });
  }

  @Get(':campaignId')
  @ApiOkResponse({ standardSchema: campaignAnswer })
  one(@Param('campaignId', { schema: campaignId }) id: string): Promise<Campaign> {
    return this.read.one(id);
  }

  /** Creates (201, running) or changes (200) a campaign. A dry run only counts. */
  @Put(':campaignId')
  @ApiCreatedResponse({ standardSchema: campaignAnswer })
  @ApiOkResponse({
    standardSchema: z.union([campaignAnswer, audienceAnswer]),
    description: 'The campaign, or the counts of a dry run',
  })
  async put(
    @Param('campaignId', { schema: campaignId }) id: string,
    @Body({ schema: campaignDraft }) { name, segment, template, startsAt }: z.infer<typeof campaignDraft>,
    @Query({ schema: putQuery }) { dryRun }: z.infer<typeof putQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Campaign | Audience> {
    const draft = { campaignId: id, name, segment, template, startsAt };
    if (dryRun) return this.tryCampaign.run(draft);
    const { campaign, isNew } = await this.defineCampaign.run(draft);
    reply.status(isNew ? 201 : 200);
    return campaign;
  }

  /** From the answer on nothing of it is claimed any more. */
  @Post(':campaignId/stop')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: campaignAnswer })
  stop(@Param('campaignId', { schema: campaignId }) id: string): Promise<Campaign> {
    return this.switchCampaign.run(id, 'stopped');
  }

  /** What was noted while it was stopped is sent. */
  @Post(':campaignId/start')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: campaignAnswer })
  start(@Param('campaignId', { schema: campaignId }) id: string): Promise<Campaign> {
    return this.switchCampaign.run(id, 'running');
  }
}
