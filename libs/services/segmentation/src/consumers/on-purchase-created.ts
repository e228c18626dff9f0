import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { purchaseCreated, type PurchaseCreated } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { RefreshSegments } from '../refresh-segments.js';

/** Purchases, in whatever order they come, put their members into segments and take them out of others. */
@Controller()
export class OnPurchaseCreated {
  constructor(
    private readonly subjects: Subjects,
    private readonly facts: PurchaseFacts,
    private readonly refreshSegments: RefreshSegments,
  ) {}

  @EventPattern<string>(purchaseCreated.topic)
  async handle(@FromLog() batch: Batch<PurchaseCreated>): Promise<void> {
    const locked = await this.subjects.lock(
      batch.tx,
      batch.events.map(({ data }) => data.memberId),
    );
    await this.facts.recordPurchases(batch);
    await this.refreshSegments.refresh(batch.tx, locked);
  }
}
