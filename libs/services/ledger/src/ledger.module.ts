import { Module } from '@nestjs/common';
import { PARKED_FACTS, SUBJECT_REFRESH } from '@tessera/platform-messaging';
import { Programs, PurchaseFacts } from '@tessera/purchases';
import { CheckBooks } from './check-books.js';
import { OnMemberErased } from './consumers/on-member-erased.js';
import { OnMemberRegistered } from './consumers/on-member-registered.js';
import { OnProgramPublished } from './consumers/on-program-published.js';
import { OnPurchaseCreated } from './consumers/on-purchase-created.js';
import { OnPurchaseRefunded } from './consumers/on-purchase-refunded.js';
import { OnTierChanged } from './consumers/on-tier-changed.js';
import { EarnPoints } from './earn-points.js';
import { EraseMembers } from './erase-members.js';
import { BalanceController } from './http/balance.controller.js';
import { BooksController } from './http/books.controller.js';
import { QuoteController } from './http/quote.controller.js';
import { RedemptionController } from './http/redemption.controller.js';
import { BooksRepository } from './persistence/books.repository.js';
import { JournalRepository } from './persistence/journal.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { RedemptionsRepository } from './persistence/redemptions.repository.js';
import { PostMovements } from './post-movements.js';
import { QuotePoints } from './quote-points.js';
import { ReadBalance } from './read-balance.js';
import { ReadStatement } from './read-statement.js';
import { ReadSummary } from './read-summary.js';
import { RedeemPoints } from './redeem-points.js';
import { ReturnRedemption } from './return-redemption.js';
import { SettlePoints } from './settle-points.js';
import { WatchBooks } from './watch-books.js';

@Module({
  controllers: [
    OnPurchaseCreated,
    OnPurchaseRefunded,
    OnMemberRegistered,
    OnMemberErased,
    OnTierChanged,
    OnProgramPublished,
    BalanceController,
    RedemptionController,
    QuoteController,
    BooksController,
  ],
  providers: [
    { provide: PurchaseFacts, useFactory: () => new PurchaseFacts() },
    { provide: Programs, useFactory: () => new Programs() },
    { provide: PARKED_FACTS, useExisting: PurchaseFacts },
    { provide: SUBJECT_REFRESH, useExisting: SettlePoints },
    BooksRepository,
    JournalRepository,
    MembersRepository,
    RedemptionsRepository,
    PostMovements,
    SettlePoints,
    EarnPoints,
    EraseMembers,
    RedeemPoints,
    ReturnRedemption,
    QuotePoints,
    ReadBalance,
    ReadStatement,
    ReadSummary,
    CheckBooks,
    WatchBooks,
  ],
})
export class LedgerModule {}
