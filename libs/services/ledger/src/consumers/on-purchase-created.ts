import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { purchaseCreated, type PurchaseCreated } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { EarnPoints } from '../earn-points.js';

/** Purchases reach the books here. Consumed offset, movements and outgoing events share the batch's transaction. */
@Controller()
export class OnPurchaseCreated {
  constructor(
    private readonly subjects: Subjects,
    private readonly facts: PurchaseFacts,
    private readonly earnPoints: EarnPoints,
  ) {}

  @EventPattern<string>(purchaseCreated.topic)
  async handle(@FromLog() batch: Batch<PurchaseCreated>): Promise<void> {
    const locked = await this.subjects.lock(
      batch.tx,
      batch.events.map(({ data }) => data.memberId),
    );
    const { recorded } = await this.facts.recordPurchases(batch);
    await this.earnPoints.run(batch.tx, locked, recorded);
  }
}
