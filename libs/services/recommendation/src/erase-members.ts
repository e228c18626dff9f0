import { Injectable } from '@nestjs/common';
import { recommendationChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Outbox } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { tally } from './domain/tally.js';
import { BasketsRepository } from './persistence/baskets.repository.js';
import { ErasedRepository } from './persistence/erased.repository.js';
import { ItemsRepository } from './persistence/items.repository.js';

/** Deletes all that is held of members, for good, and has it count for nobody else any more. */
@Injectable()
export class EraseMembers {
  constructor(
    private readonly erased: ErasedRepository,
    private readonly baskets: BasketsRepository,
    private readonly items: ItemsRepository,
    private readonly facts: PurchaseFacts,
    private readonly outbox: Outbox,
  ) {}

  /** The members are locked. */
  async run(tx: Transaction, locked: LockedSubjects): Promise<void> {
    const { ids } = locked;
    const listed = await this.erased.add(tx, ids);
    const changes = await this.baskets.recount(tx, await this.baskets.idsOf(tx, ids));
    await this.erased.forget(tx, ids);
    await this.facts.forget(tx, ids);
    const changedAt = locked.now.toISOString();
    await this.outbox.add(
      tx,
      recommendationChanged,
      listed.map((memberId) => ({ memberId, ...locked.next(memberId), items: [], changedAt })),
    );
    await locked.settle(new Map(ids.map((id) => [id, null])));
    await this.items.apply(tx, tally(changes));
  }
}
