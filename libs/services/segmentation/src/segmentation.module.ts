import { Module } from '@nestjs/common';
import { PARKED_FACTS, REBUILDABLE, SUBJECT_REFRESH } from '@tessera/platform-messaging';
import { Programs, PurchaseFacts } from '@tessera/purchases';
import { OnMemberErased } from './consumers/on-member-erased.js';
import { OnMemberRegistered } from './consumers/on-member-registered.js';
import { OnProgramPublished } from './consumers/on-program-published.js';
import { OnPurchaseCreated } from './consumers/on-purchase-created.js';
import { OnPurchaseRefunded } from './consumers/on-purchase-refunded.js';
import { DefineSegment } from './define-segment.js';
import { EraseMembers } from './erase-members.js';
import { ExplainMember } from './explain-member.js';
import { MembersController } from './http/members.controller.js';
import { SegmentsController } from './http/segments.controller.js';
import { SummaryController } from './http/summary.controller.js';
import { DefinitionsRepository } from './persistence/definitions.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { rebuildable } from './rebuildable.js';
import { ReadSegments } from './read-segments.js';
import { RefreshSegments } from './refresh-segments.js';
import { RemoveSegment } from './remove-segment.js';
import { TryRule } from './try-rule.js';

@Module({
  controllers: [
    OnPurchaseCreated,
    OnPurchaseRefunded,
    OnMemberRegistered,
    OnMemberErased,
    OnProgramPublished,
    SegmentsController,
    MembersController,
    SummaryController,
  ],
  providers: [
    RefreshSegments,
    EraseMembers,
    DefineSegment,
    RemoveSegment,
    TryRule,
    ReadSegments,
    ExplainMember,
    DefinitionsRepository,
    MembersRepository,
    PurchaseFacts,
    Programs,
    { provide: SUBJECT_REFRESH, useExisting: RefreshSegments },
    { provide: PARKED_FACTS, useExisting: PurchaseFacts },
    { provide: REBUILDABLE, useValue: rebuildable },
  ],
  exports: [SUBJECT_REFRESH, PARKED_FACTS],
})
export class SegmentationModule {}
