import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Campaign } from './domain/campaign.js';
import { UnknownCampaign, UnknownTemplate } from './domain/errors.js';
import { CampaignsRepository } from './persistence/campaigns.repository.js';
import { type Template, TemplatesRepository } from './persistence/templates.repository.js';

type PageAfter = Readonly<{ limit: number; after?: string }>;

/** Campaigns, and the templates they send. */
@Injectable()
export class ReadCampaigns {
  constructor(
    private readonly dataSource: DataSource,
    private readonly campaigns: CampaignsRepository,
    private readonly templates: TemplatesRepository,
  ) {}

  list(page: PageAfter): Promise<Campaign[]> {
    return this.campaigns.list(this.dataSource.manager, page);
  }

  /** Throws `UnknownCampaign`. */
  async one(campaignId: string): Promise<Campaign> {
    const found = await this.campaigns.find(this.dataSource.manager, campaignId);
    if (!found) throw new UnknownCampaign(campaignId);
    return found;
  }

  listTemplates(page: PageAfter): Promise<Template[]> {
    return this.templates.list(this.dataSource.manager, page);
  }

  /** Throws `UnknownTemplate`. */
  async template(templateId: string): Promise<Template> {
    const found = await this.templates.find(this.dataSource.manager, templateId);
    if (!found) throw new UnknownTemplate(templateId);
    return found;
  }
}
