import { Module } from '@nestjs/common';
import { PARKED_FACTS, SUBJECT_REFRESH } from '@tessera/platform-messaging';
import { Programs, PurchaseFacts } from '@tessera/purchases';
import { OnPurchaseCreated } from './consumers/on-purchase-created.js';
import { OnPurchaseRefunded } from './consumers/on-purchase-refunded.js';
import { MembersController } from './http/members.controller.js';
import { ProgramsController } from './http/programs.controller.js';
import { SummaryController } from './http/summary.controller.js';
import { ImportMembers } from './import-members.js';
import { Members } from './persistence/members.js';
import { TierHistories } from './persistence/tier-histories.js';
import { PublishProgram } from './publish-program.js';
import { ReadMembers } from './read-members.js';
import { ReadPrograms } from './read-programs.js';
import { ReadTier } from './read-tier.js';
import { RefreshTiers } from './refresh-tiers.js';
import { RegisterMembers } from './register-members.js';

@Module({
  controllers: [OnPurchaseCreated, OnPurchaseRefunded, MembersController, ProgramsController, SummaryController],
  providers: [
    PurchaseFacts,
    Programs,
    Members,
    TierHistories,
    RefreshTiers,
    RegisterMembers,
    ImportMembers,
    PublishProgram,
    ReadMembers,
    ReadTier,
    ReadPrograms,
    { provide: SUBJECT_REFRESH, useExisting: RefreshTiers },
    { provide: PARKED_FACTS, useExisting: PurchaseFacts },
  ],
})
export class MembershipModule {}
