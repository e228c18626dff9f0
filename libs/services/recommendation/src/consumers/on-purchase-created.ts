import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { purchaseCreated, type PurchaseCreated } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { ErasedRepository } from '../persistence/erased.repository.js';
import { RecordPurchases } from '../record-purchases.js';
import { ScheduleLists } from '../schedule-lists.js';

/** Purchases, in whatever order they come, make articles frequent, popular and near to one another. */
@Controller()
export class OnPurchaseCreated {
  constructor(
    private readonly subjects: Subjects,
    private readonly recordPurchases: RecordPurchases,
    private readonly erased: ErasedRepository,
    private readonly scheduleLists: ScheduleLists,
  ) {}

  @EventPattern<string>(purchaseCreated.topic)
  async handle(@FromLog() batch: Batch<PurchaseCreated>): Promise<void> {
    const locked = await this.subjects.lock(
      batch.tx,
      batch.events.map(({ data }) => data.memberId),
    );
    await this.scheduleLists.run(batch.tx, locked);
    // Last, as it takes the rows of articles, which all lanes share.
    await this.recordPurchases.run(await this.erased.passOver(batch));
  }
}
