import {
  consentChanged,
  memberContactChanged,
  memberErased,
  memberRegistered,
  messageChanged,
  pointsChanged,
  recommendationChanged,
  segmentChanged,
  tierChanged,
} from '@tessera/contracts';
import type { ServiceDefinition } from '@tessera/platform-service';
import { CampaignModule } from './campaign.module.js';
import { campaignSettings } from './campaign.settings.js';
import { Campaign1767225600500 } from './persistence/migrations/1767225600500-campaign.js';
import { MessageTraces1767657600500 } from './persistence/migrations/1767657600500-message-traces.js';
import { EpochOfStays1767744000500 } from './persistence/migrations/1767744000500-epoch-of-stays.js';

export { type CampaignSettings, campaignSettings } from './campaign.settings.js';
export * from './campaign.variables.js';

/** "When a member enters segment S, send template T": campaigns, templates and the send ledger. */
export const campaign: ServiceDefinition = {
  name: 'campaign',
  description: 'Messages to members who enter a segment: campaigns, templates, and what became of each message.',
  consumes: [
    segmentChanged,
    memberRegistered,
    memberContactChanged,
    consentChanged,
    memberErased,
    tierChanged,
    pointsChanged,
    recommendationChanged,
  ],
  produces: [messageChanged],
  migrations: [Campaign1767225600500, MessageTraces1767657600500, EpochOfStays1767744000500],
  entities: [],
  module: CampaignModule,
  settings: campaignSettings,
};
