import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type PurchaseCreated, purchaseCreated } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { RefreshTiers } from '../refresh-tiers.js';

/** Purchases raise tiers. The fact is kept for members and others alike; only members' tiers are derived. */
@Controller()
export class OnPurchaseCreated {
  constructor(
    private readonly subjects: Subjects,
    private readonly facts: PurchaseFacts,
    private readonly refreshTiers: RefreshTiers,
  ) {}

  @EventPattern<string>(purchaseCreated.topic)
  async handle(@FromLog() batch: Batch<PurchaseCreated>): Promise<void> {
    const { tx, events } = batch;
    const locked = await this.subjects.lock(
      tx,
      events.map(({ data }) => data.memberId),
    );
    await this.facts.recordPurchases(batch);
    await this.refreshTiers.refresh(tx, locked);
  }
}
