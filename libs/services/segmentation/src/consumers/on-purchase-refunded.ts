import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { purchaseRefunded, type PurchaseRefunded } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { RefreshSegments } from '../refresh-segments.js';

/** A refund lowers what its purchase counts for from its own date on; one that comes before its purchase waits for it. */
@Controller()
export class OnPurchaseRefunded {
  constructor(
    private readonly subjects: Subjects,
    private readonly facts: PurchaseFacts,
    private readonly refreshSegments: RefreshSegments,
  ) {}

  @EventPattern<string>(purchaseRefunded.topic)
  async handle(@FromLog() batch: Batch<PurchaseRefunded>): Promise<void> {
    const locked = await this.subjects.lock(
      batch.tx,
      batch.events.map(({ data }) => data.memberId),
    );
    await this.facts.recordRefunds(batch);
    await this.refreshSegments.refresh(batch.tx, locked);
  }
}
