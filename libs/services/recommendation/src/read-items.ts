import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { UnknownItem } from './domain/errors.js';
import type { Neighbour } from './domain/ranking.js';
import { FindNeighbours } from './find-neighbours.js';
import { type ItemRow, ItemsRepository } from './persistence/items.repository.js';
import { inSnapshot } from './persistence/snapshot.js';

/** `popularity` is the share of the most popular article's, between 0 and 1. */
export type PopularItem = Readonly<{ sku: string; name: string | null; popularity: number }>;

export type NamedNeighbour = Neighbour & Readonly<{ name: string | null }>;

/** Articles: what is known of one, what is bought along with it, what is popular. */
@Injectable()
export class ReadItems {
  constructor(
    private readonly dataSource: DataSource,
    private readonly items: ItemsRepository,
    private readonly findNeighbours: FindNeighbours,
  ) {}

  /** In or out of stock. Throws `UnknownItem`, as `related`. */
  one(sku: string): Promise<ItemRow> {
    return inSnapshot(this.dataSource, async ({ tx }) => {
      const found = await this.items.find(tx, sku);
      if (!found) throw new UnknownItem(sku);
      return { ...found, popularity: share(found.popularity, await this.items.highestPopularity(tx)) };
    });
  }

  related(sku: string, limit: number): Promise<readonly NamedNeighbour[]> {
    return inSnapshot(this.dataSource, async ({ tx }) => {
      if (!(await this.items.find(tx, sku))) throw new UnknownItem(sku);
      const found = (await this.findNeighbours.exact(tx, [sku], limit)).get(sku) ?? [];
      const shelf = await this.items.shelf(
        tx,
        found.map((one) => one.sku),
      );
      const names = new Map(shelf.map((item) => [item.sku, item.name]));
      return found.map((one) => ({ ...one, name: names.get(one.sku) ?? null }));
    });
  }

  popular(limit: number): Promise<readonly PopularItem[]> {
    return inSnapshot(this.dataSource, async ({ tx }) => {
      const highest = await this.items.highestPopularity(tx);
      const found = await this.items.popular(tx, limit);
      return found.map(({ sku, name, popularity }) => ({ sku, name, popularity: share(popularity, highest) }));
    });
  }
}

const share = (popularity: number, highest: number): number => (highest > 0 ? popularity / highest : 0);
