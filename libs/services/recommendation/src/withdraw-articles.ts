import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { withdrawnArticles } from './domain/basket.js';
import type { Change } from './domain/tally.js';
import { BasketsRepository, type PurchaseKey } from './persistence/baskets.repository.js';

/** Takes out of baskets what all refunds known of them took back, whichever came when. */
@Injectable()
export class WithdrawArticles {
  constructor(private readonly baskets: BasketsRepository) {}

  /** Answers by how much the articles' counts changed, which the caller applies. The members are locked. */
  async run(tx: Transaction, purchases: readonly PurchaseKey[]): Promise<readonly Change[]> {
    const refunded = await this.baskets.refunds(tx, purchases);
    if (refunded.length === 0) return [];
    await this.baskets.withdraw(
      tx,
      refunded.flatMap((basket) => {
        return [...withdrawnArticles(basket)].map((sku) => ({ basketId: basket.basketId, sku }));
      }),
    );
    return this.baskets.recount(
      tx,
      refunded.map(({ basketId }) => basketId),
    );
  }
}
