import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { purchaseRefunded, type PurchaseRefunded } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { type JustRefunded, SettlePoints } from '../settle-points.js';

/** A refund lowers what its purchase is worth; settling takes the difference back. One that is early waits in its own row. */
@Controller()
export class OnPurchaseRefunded {
  constructor(
    private readonly subjects: Subjects,
    private readonly facts: PurchaseFacts,
    private readonly settlePoints: SettlePoints,
  ) {}

  @EventPattern<string>(purchaseRefunded.topic)
  async handle(@FromLog() batch: Batch<PurchaseRefunded>): Promise<void> {
    const locked = await this.subjects.lock(
      batch.tx,
      batch.events.map(({ data }) => data.memberId),
    );
    await this.facts.recordRefunds(batch);
    await this.settlePoints.run(batch.tx, locked, { justRefunded: refundsByMember(batch) });
  }
}

function refundsByMember({ events }: Batch<PurchaseRefunded>): JustRefunded {
  const byMember = new Map<string, Set<string>>();
  for (const { data } of events) {
    const refunds = byMember.get(data.memberId);
    if (refunds) refunds.add(data.refundId);
    else byMember.set(data.memberId, new Set([data.refundId]));
  }
  return byMember;
}
