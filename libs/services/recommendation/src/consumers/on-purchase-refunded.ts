import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { purchaseRefunded, type PurchaseRefunded } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { ErasedRepository } from '../persistence/erased.repository.js';
import { RecordRefunds } from '../record-refunds.js';
import { ScheduleLists } from '../schedule-lists.js';

/** A refund takes away what the articles given back had counted for. */
@Controller()
export class OnPurchaseRefunded {
  constructor(
    private readonly subjects: Subjects,
    private readonly recordRefunds: RecordRefunds,
    private readonly erased: ErasedRepository,
    private readonly scheduleLists: ScheduleLists,
  ) {}

  @EventPattern<string>(purchaseRefunded.topic)
  async handle(@FromLog() batch: Batch<PurchaseRefunded>): Promise<void> {
    const locked = await this.subjects.lock(
      batch.tx,
      batch.events.map(({ data }) => data.memberId),
    );
    await this.scheduleLists.run(batch.tx, locked);
    // Last, as it takes the rows of articles, which all lanes share.
    await this.recordRefunds.run(await this.erased.passOver(batch));
  }
}
