import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { isFresh } from './domain/kept.js';
import { MODEL } from './domain/model.js';
import { nearest } from './domain/nearest.js';
import type { Neighbour } from './domain/ranking.js';
import { type CountedSample, NeighboursRepository } from './persistence/neighbours.repository.js';

export type Neighbourhoods = ReadonlyMap<string, readonly Neighbour[]>;

/** Articles that are counted at a time, which bounds what is held in memory: a hundred baskets each, many of them the same. */
const COUNTED_MAX = 250;

/** What is bought along with an article: counted anew for who reads, and kept for a while for lists that are announced. */
@Injectable()
export class FindNeighbours {
  constructor(private readonly neighbours: NeighboursRepository) {}

  /** Of each article the nearest that are in stock, as of this instant. */
  async exact(tx: Transaction, skus: readonly string[], limit: number): Promise<Neighbourhoods> {
    const counted = await this.count(tx, skus, { inStockOnly: true, limit });
    return new Map(counted.map(({ sku, nearest: found }) => [sku, found]));
  }

  /**
   * Of each article the nearest, in stock or not, as last counted; those are counted whose count is missing or too old, which bounds
   * how often that is. Writes: to be called within the transaction of a refresh.
   */
  async recent(tx: Transaction, skus: readonly string[], now: Date): Promise<Neighbourhoods> {
    const kept = (await this.neighbours.kept(tx, skus)).filter((one) => isFresh(one, now));
    const fresh = new Set(kept.map(({ sku }) => sku));
    const missing = skus.filter((sku) => !fresh.has(sku));
    const counted = await this.count(tx, missing, { inStockOnly: false, limit: MODEL.neighboursKept });
    await this.neighbours.keep(tx, counted, now);
    return new Map([...kept, ...counted].map(({ sku, nearest: found }) => [sku, found]));
  }

  private async count(
    tx: Transaction,
    skus: readonly string[],
    { inStockOnly, limit }: Readonly<{ inStockOnly: boolean; limit: number }>,
  ): Promise<readonly (CountedSample & { nearest: readonly Neighbour[] })[]> {
    const counted: (CountedSample & { nearest: readonly Neighbour[] })[] = [];
    for (let from = 0; from < skus.length; from += COUNTED_MAX) {
      const samples = await this.neighbours.samples(tx, skus.slice(from, from + COUNTED_MAX));
      const basketIds = new Set(samples.flatMap((sample) => sample.basketIds));
      const baskets = await this.neighbours.baskets(tx, [...basketIds], { inStockOnly });
      const found = nearest(samples, baskets, limit);
      counted.push(...samples.map((sample) => ({ ...sample, nearest: found.get(sample.sku) ?? [] })));
    }
    return counted;
  }
}
