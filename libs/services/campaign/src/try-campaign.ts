import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Audience, AudienceRepository } from './persistence/audience.repository.js';
import { type CampaignDraft, CampaignsRepository } from './persistence/campaigns.repository.js';

/** Counts what a campaign would do with the members who are in its segment now, and changes nothing. */
@Injectable()
export class TryCampaign {
  constructor(
    private readonly dataSource: DataSource,
    private readonly campaigns: CampaignsRepository,
    private readonly audience: AudienceRepository,
  ) {}

  async run({ campaignId, segment, startsAt }: CampaignDraft): Promise<Audience> {
    const tx = this.dataSource.manager;
    const present = await this.campaigns.find(tx, campaignId);
    return this.audience.count(tx, { campaignId, segment, startsAt: startsAt ?? present?.startsAt ?? null });
  }
}
