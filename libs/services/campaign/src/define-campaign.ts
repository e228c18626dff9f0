import { Injectable } from '@nestjs/common';
import { ReferenceData } from '@tessera/platform-messaging';
import { DataSource } from 'typeorm';
import type { Campaign } from './domain/campaign.js';
import { CampaignTemplateUnknown, LimitReached } from './domain/errors.js';
import { type CampaignDraft, CampaignsRepository } from './persistence/campaigns.repository.js';
import { TemplatesRepository } from './persistence/templates.repository.js';

export const CAMPAIGNS_MAX = 500;

export type DefinedCampaign = Readonly<{ campaign: Campaign; isNew: boolean }>;

/** Creates a campaign, running, or changes it. Members who are in its segment already by an entry that it acts on get their message in the background. */
@Injectable()
export class DefineCampaign {
  constructor(
    private readonly dataSource: DataSource,
    private readonly campaigns: CampaignsRepository,
    private readonly templates: TemplatesRepository,
    private readonly referenceData: ReferenceData,
  ) {}

  /** Throws `CampaignTemplateUnknown` or `LimitReached`. The same draft again changes nothing. */
  run(draft: CampaignDraft): Promise<DefinedCampaign> {
    return this.dataSource.transaction(async (tx) => {
      const known = await this.campaigns.find(tx, draft.campaignId);
      if (known && isSame(known, draft)) return { campaign: known, isNew: false };

      await this.referenceData.change(tx);
      const present = await this.campaigns.find(tx, draft.campaignId);
      if (!(await this.templates.find(tx, draft.template))) throw new CampaignTemplateUnknown(draft.template);
      if (!present && (await this.campaigns.count(tx)) >= CAMPAIGNS_MAX) {
        throw new LimitReached('campaigns', CAMPAIGNS_MAX);
      }
      return { campaign: await this.campaigns.put(tx, draft), isNew: !present };
    });
  }
}

const isSame = (campaign: Campaign, { name, segment, template, startsAt }: CampaignDraft): boolean =>
  campaign.name === name &&
  campaign.segment === segment &&
  campaign.template === template &&
  (startsAt === undefined || campaign.startsAt.getTime() === startsAt.getTime());
