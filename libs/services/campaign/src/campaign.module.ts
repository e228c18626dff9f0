import { Module } from '@nestjs/common';
import { OWN_STATES, OWN_WORK, SUBJECT_REFRESH, UNFINISHED_WORK } from '@tessera/platform-messaging';
import { AdvanceMessages } from './advance-messages.js';
import { ClaimMessages } from './claim-messages.js';
import { OnConsentChanged } from './consumers/on-consent-changed.js';
import { OnMemberContactChanged } from './consumers/on-member-contact-changed.js';
import { OnMemberErased } from './consumers/on-member-erased.js';
import { OnMemberRegistered } from './consumers/on-member-registered.js';
import { OnPointsChanged } from './consumers/on-points-changed.js';
import { OnRecommendationChanged } from './consumers/on-recommendation-changed.js';
import { OnSegmentChanged } from './consumers/on-segment-changed.js';
import { OnTierChanged } from './consumers/on-tier-changed.js';
import { DefineCampaign } from './define-campaign.js';
import { EditTemplate } from './edit-template.js';
import { HeldMessages } from './held-messages.js';
import { CampaignsController } from './http/campaigns.controller.js';
import { MessagesController } from './http/messages.controller.js';
import { TemplatesController } from './http/templates.controller.js';
import { Mailer } from './mail/mailer.js';
import { NewWork } from './mail/new-work.js';
import { ObservedMailer } from './mail/observed-mailer.js';
import { AudienceRepository } from './persistence/audience.repository.js';
import { CampaignsRepository } from './persistence/campaigns.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { MessagesRepository } from './persistence/messages.repository.js';
import { TemplatesRepository } from './persistence/templates.repository.js';
import { PlanMessages } from './plan-messages.js';
import { PostMessages } from './post-messages.js';
import { PrepareMessages } from './prepare-messages.js';
import { ReadCampaigns } from './read-campaigns.js';
import { HeedOwnMessages } from './heed-own-messages.js';
import { MessageIds } from './message-ids.js';
import { ReadMessages } from './read-messages.js';
import { Sender } from './sender.js';
import { SendingLine } from './sending-line.js';
import { SwitchCampaign } from './switch-campaign.js';
import { TryCampaign } from './try-campaign.js';
import { TryTemplate } from './try-template.js';

@Module({
  controllers: [
    OnSegmentChanged,
    OnMemberRegistered,
    OnMemberContactChanged,
    OnConsentChanged,
    OnMemberErased,
    OnTierChanged,
    OnPointsChanged,
    OnRecommendationChanged,
    CampaignsController,
    TemplatesController,
    MessagesController,
  ],
  providers: [
    PlanMessages,
    PostMessages,
    MessageIds,
    HeedOwnMessages,
    ClaimMessages,
    PrepareMessages,
    HeldMessages,
    AdvanceMessages,
    SendingLine,
    Sender,
    Mailer,
    ObservedMailer,
    NewWork,
    DefineCampaign,
    SwitchCampaign,
    TryCampaign,
    EditTemplate,
    TryTemplate,
    ReadCampaigns,
    ReadMessages,
    AudienceRepository,
    CampaignsRepository,
    MembersRepository,
    MessagesRepository,
    TemplatesRepository,
    { provide: SUBJECT_REFRESH, useExisting: PlanMessages },
    { provide: UNFINISHED_WORK, useExisting: ReadMessages },
    { provide: OWN_STATES, useExisting: HeedOwnMessages },
    { provide: OWN_WORK, useExisting: Sender },
  ],
})
export class CampaignModule {}
