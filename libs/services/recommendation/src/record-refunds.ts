import { Injectable } from '@nestjs/common';
import type { PurchaseRefunded } from '@tessera/contracts';
import type { Batch } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { tally } from './domain/tally.js';
import { ItemsRepository } from './persistence/items.repository.js';
import { WithdrawArticles } from './withdraw-articles.js';

/** Keeps refunds, and has the articles that they took back count no more; one that comes before its purchase waits for it. */
@Injectable()
export class RecordRefunds {
  constructor(
    private readonly facts: PurchaseFacts,
    private readonly withdrawArticles: WithdrawArticles,
    private readonly items: ItemsRepository,
  ) {}

  /** The members of the batch are locked. */
  async run(batch: Batch<PurchaseRefunded>): Promise<void> {
    await this.facts.recordRefunds(batch);
    const changes = await this.withdrawArticles.run(
      batch.tx,
      batch.events.map(({ data }) => data),
    );
    await this.items.apply(batch.tx, tally(changes));
  }
}
