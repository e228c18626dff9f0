import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type PurchaseRefunded, purchaseRefunded } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { RefreshTiers } from '../refresh-tiers.js';

/** Refunds lower the spend from their own instant on, and with it tiers of today and of the past. */
@Controller()
export class OnPurchaseRefunded {
  constructor(
    private readonly subjects: Subjects,
    private readonly facts: PurchaseFacts,
    private readonly refreshTiers: RefreshTiers,
  ) {}

  @EventPattern<string>(purchaseRefunded.topic)
  async handle(@FromLog() batch: Batch<PurchaseRefunded>): Promise<void> {
    const { tx, events } = batch;
    const locked = await this.subjects.lock(
      tx,
      events.map(({ data }) => data.memberId),
    );
    await this.facts.recordRefunds(batch);
    await this.refreshTiers.refresh(tx, locked);
  }
}
