import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { IdempotentRequests } from '@tessera/platform-http';
import type { LockedSubjects } from '@tessera/platform-messaging';
import { type Erasure, MembersRepository } from './persistence/members.repository.js';
import { RedemptionsRepository } from './persistence/redemptions.repository.js';
import { redemptionScope } from './redeem-points.js';
import { SettlePoints } from './settle-points.js';

/** Closes wallets for good, and deletes of their members what is not books. */
@Injectable()
export class EraseMembers {
  constructor(
    private readonly members: MembersRepository,
    private readonly redemptions: RedemptionsRepository,
    private readonly requests: IdempotentRequests,
    private readonly settlePoints: SettlePoints,
  ) {}

  /** The members are locked. */
  async run(tx: Transaction, locked: LockedSubjects, erasures: readonly Erasure[]): Promise<void> {
    await this.members.erase(tx, erasures);
    await this.redemptions.forgetReferences(tx, locked.ids);
    await this.requests.forget(tx, locked.ids.map(redemptionScope));
    await this.settlePoints.run(tx, locked);
  }
}
