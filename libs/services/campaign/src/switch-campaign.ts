import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Campaign } from './domain/campaign.js';
import { UnknownCampaign } from './domain/errors.js';
import { NewWork } from './mail/new-work.js';
import { CampaignsRepository } from './persistence/campaigns.repository.js';

/**
 * The stop switch. When a stop is answered, nothing of the campaign is claimed or handed to the mail server any more, except what was being
 * sent. It goes on noting who is to get it; a start sends that.
 */
@Injectable()
export class SwitchCampaign {
  constructor(
    private readonly dataSource: DataSource,
    private readonly campaigns: CampaignsRepository,
    private readonly newWork: NewWork,
  ) {}

  /** Throws `UnknownCampaign`. */
  async run(campaignId: string, state: Campaign['state']): Promise<Campaign> {
    const campaign = await this.dataSource.transaction((tx) => this.campaigns.switchTo(tx, campaignId, state));
    if (!campaign) throw new UnknownCampaign(campaignId);
    this.newWork.wake();
    return campaign;
  }
}
