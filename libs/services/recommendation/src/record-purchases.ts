import { Injectable } from '@nestjs/common';
import type { PurchaseCreated } from '@tessera/contracts';
import type { Batch } from '@tessera/platform-messaging';
import { PurchaseFacts } from '@tessera/purchases';
import { articlesOf, pairedArticles } from './domain/basket.js';
import { type Change, dayOf, latestTold, tally } from './domain/tally.js';
import { type BasketItem, BasketsRepository, type Recorded } from './persistence/baskets.repository.js';
import { ItemsRepository } from './persistence/items.repository.js';
import { WithdrawArticles } from './withdraw-articles.js';

/** Keeps purchases and their baskets. Articles of registered members count at once, but for what refunds took that came before. */
@Injectable()
export class RecordPurchases {
  constructor(
    private readonly facts: PurchaseFacts,
    private readonly baskets: BasketsRepository,
    private readonly items: ItemsRepository,
    private readonly withdrawArticles: WithdrawArticles,
  ) {}

  /** The members of the batch are locked. */
  async run(batch: Batch<PurchaseCreated>): Promise<void> {
    const { tx } = batch;
    const { recorded: purchases } = await this.facts.recordPurchases(batch);
    await this.baskets.markNewWaiting(tx, purchases);

    const filled = batch.events.flatMap(({ data, contentHash }) => {
      const { memberId, purchaseId, lines = [] } = data;
      return lines.length > 0 ? [{ memberId, purchaseId, contentHash, lines }] : [];
    });
    const recorded = await this.baskets.record(
      tx,
      filled.map(({ lines, ...rest }) => ({ ...rest, lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) })),
    );
    const fresh = recorded.flatMap((basket) => {
      const purchase = filled[basket.place];
      return purchase ? [{ ...basket, ...purchase }] : [];
    });
    if (fresh.length === 0) return;

    const items = fresh.flatMap(itemsOf);
    const counted = await this.baskets.addItems(tx, items);
    const added = items
      .filter(({ basketId }) => counted.has(basketId))
      .map(({ sku, purchasedAt }): Change => ({ sku, day: dayOf(purchasedAt), baskets: 1 }));
    const withdrawn = await this.withdrawArticles.run(tx, fresh);
    const told = latestTold(
      fresh.map(({ purchasedAt, basketId, lines }) => ({ at: purchasedAt.getTime(), by: basketId, lines })),
    );
    await this.items.apply(tx, tally([...added, ...withdrawn], told));
  }
}

type Fresh = Recorded & Readonly<{ purchaseId: string; lines: NonNullable<PurchaseCreated['lines']> }>;

function itemsOf({ basketId, purchaseId, purchasedAt, lines }: Fresh): readonly (BasketItem & { purchasedAt: Date })[] {
  const articles = articlesOf(lines);
  const paired = pairedArticles(purchaseId, articles);
  return articles.map((sku) => ({ basketId, sku, paired: paired.has(sku), purchasedAt }));
}
