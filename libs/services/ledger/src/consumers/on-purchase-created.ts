import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { purchaseCreated, type PurchaseCreated } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { SettlePoints } from '../settle-points.js';

/** Purchases reach the books here. Consumed offset, movements and outgoing events share the batch's transaction. */
@Controller()
export class OnPurchaseCreated {
  constructor(
    private readonly subjects: Subjects,
    private readonly facts: PurchaseFacts,
    private readonly settlePoints: SettlePoints,
  ) {}

  @EventPattern<string>(purchaseCreated.topic)
  async handle(@FromLog() batch: Batch<PurchaseCreated>): Promise<void> {
    const locked = await this.subjects.lock(
      batch.tx,
      batch.events.map(({ data }) => data.memberId),
    );
    await this.facts.recordPurchases(batch);
    await this.settlePoints.run(batch.tx, locked);
  }
}
