import { Module } from '@nestjs/common';
import { PARKED_FACTS, REBUILDABLE, SUBJECT_REFRESH } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { AnnounceLists } from './announce-lists.js';
import { ChangeCatalog } from './change-catalog.js';
import { OnBehaviorRecorded } from './consumers/on-behavior-recorded.js';
import { OnCatalogItemChanged } from './consumers/on-catalog-item-changed.js';
import { OnMemberErased } from './consumers/on-member-erased.js';
import { OnMemberRegistered } from './consumers/on-member-registered.js';
import { OnPurchaseCreated } from './consumers/on-purchase-created.js';
import { OnPurchaseRefunded } from './consumers/on-purchase-refunded.js';
import { EraseMembers } from './erase-members.js';
import { FindNeighbours } from './find-neighbours.js';
import { ItemsController } from './http/items.controller.js';
import { MembersController } from './http/members.controller.js';
import { SummaryController } from './http/summary.controller.js';
import { MakeLists } from './make-lists.js';
import { BasketsRepository } from './persistence/baskets.repository.js';
import { CatalogRepository } from './persistence/catalog.repository.js';
import { ErasedRepository } from './persistence/erased.repository.js';
import { ItemsRepository } from './persistence/items.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { NeighboursRepository } from './persistence/neighbours.repository.js';
import { SignalsRepository } from './persistence/signals.repository.js';
import { rebuildable } from './rebuildable.js';
import { ReadItems } from './read-items.js';
import { ReadRecommendations } from './read-recommendations.js';
import { ReadSummary } from './read-summary.js';
import { RecordBehavior } from './record-behavior.js';
import { RecordPurchases } from './record-purchases.js';
import { RecordRefunds } from './record-refunds.js';
import { RegisterMembers } from './register-members.js';
import { ScheduleLists } from './schedule-lists.js';
import { WithdrawArticles } from './withdraw-articles.js';

@Module({
  controllers: [
    OnPurchaseCreated,
    OnPurchaseRefunded,
    OnMemberRegistered,
    OnMemberErased,
    OnBehaviorRecorded,
    OnCatalogItemChanged,
    MembersController,
    ItemsController,
    SummaryController,
  ],
  providers: [
    RecordPurchases,
    RecordRefunds,
    WithdrawArticles,
    RegisterMembers,
    EraseMembers,
    RecordBehavior,
    ChangeCatalog,
    ScheduleLists,
    FindNeighbours,
    MakeLists,
    AnnounceLists,
    ReadRecommendations,
    ReadItems,
    ReadSummary,
    BasketsRepository,
    ItemsRepository,
    NeighboursRepository,
    CatalogRepository,
    SignalsRepository,
    MembersRepository,
    ErasedRepository,
    PurchaseFacts,
    { provide: SUBJECT_REFRESH, useExisting: AnnounceLists },
    { provide: PARKED_FACTS, useExisting: PurchaseFacts },
    { provide: REBUILDABLE, useValue: rebuildable },
  ],
  exports: [SUBJECT_REFRESH, PARKED_FACTS],
})
export class RecommendationModule {}
