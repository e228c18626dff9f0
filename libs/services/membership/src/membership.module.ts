import { Module } from '@nestjs/common';
import { OWN_STATES, PARKED_FACTS, SUBJECT_REFRESH } from '@tessera/platform-messaging';
import { Programs, PurchaseFacts } from '@tessera/purchases';
import { OnPurchaseCreated } from './consumers/on-purchase-created.js';
import { OnPurchaseRefunded } from './consumers/on-purchase-refunded.js';
import { ChangeProfile } from './change-profile.js';
import { contactSealer } from './contact-sealer.js';
import { EraseMember } from './erase-member.js';
import { MembersController } from './http/members.controller.js';
import { ProfileController } from './http/profile.controller.js';
import { ProgramsController } from './http/programs.controller.js';
import { SummaryController } from './http/summary.controller.js';
import { HeedOwnMembers } from './heed-own-members.js';
import { ImportMembers } from './import-members.js';
import { KeepProfiles } from './keep-profiles.js';
import { MemberTransactions } from './member-transactions.js';
import { Consents } from './persistence/consents.js';
import { Contacts } from './persistence/contacts.js';
import { Members } from './persistence/members.js';
import { TierHistories } from './persistence/tier-histories.js';
import { PublishProgram } from './publish-program.js';
import { ReadMember } from './read-member.js';
import { ReadMembers } from './read-members.js';
import { ReadProfiles } from './read-profiles.js';
import { ReadPrograms } from './read-programs.js';
import { ReadTier } from './read-tier.js';
import { RefreshTiers } from './refresh-tiers.js';
import { RegisterMembers } from './register-members.js';
import { SealContactsAnew } from './seal-contacts-anew.js';

@Module({
  controllers: [
    OnPurchaseCreated,
    OnPurchaseRefunded,
    MembersController,
    ProfileController,
    ProgramsController,
    SummaryController,
  ],
  providers: [
    PurchaseFacts,
    Programs,
    Members,
    Contacts,
    Consents,
    TierHistories,
    MemberTransactions,
    contactSealer,
    KeepProfiles,
    SealContactsAnew,
    HeedOwnMembers,
    RefreshTiers,
    RegisterMembers,
    ImportMembers,
    ChangeProfile,
    EraseMember,
    PublishProgram,
    ReadMember,
    ReadMembers,
    ReadProfiles,
    ReadTier,
    ReadPrograms,
    { provide: SUBJECT_REFRESH, useExisting: RefreshTiers },
    { provide: PARKED_FACTS, useExisting: PurchaseFacts },
    { provide: OWN_STATES, useExisting: HeedOwnMembers },
  ],
})
export class MembershipModule {}
