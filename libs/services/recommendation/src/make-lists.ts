import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { MODEL } from './domain/model.js';
import { rank, type Ranked } from './domain/ranking.js';
import { seedsOf, tasteOf, type Leaning, type Seed } from './domain/taste.js';
import { FindNeighbours, type Neighbourhoods } from './find-neighbours.js';
import { BasketsRepository } from './persistence/baskets.repository.js';
import { ItemsRepository, type ShelfItem } from './persistence/items.repository.js';
import { SignalsRepository } from './persistence/signals.repository.js';

export type ListedItem = Ranked & Readonly<{ name: string | null }>;

type Member = Readonly<{ memberId: string; taste: ReadonlyMap<string, Leaning>; seeds: readonly Seed[] }>;
type Shelf = Readonly<{
  neighbours: Neighbourhoods;
  popular: readonly ShelfItem[];
  items: ReadonlyMap<string, ShelfItem>;
  highest: number;
}>;

/** `exact` counts neighbours as of this instant; `recent` takes what was counted lately, writes, and is cheap. */
export type Terms = Readonly<{ now: Date; limit: number; neighbours: 'exact' | 'recent' }>;

/** Makes members' lists from all that is known at an instant. The number of statements does not depend on how many members there are. */
@Injectable()
export class MakeLists {
  constructor(
    private readonly baskets: BasketsRepository,
    private readonly signals: SignalsRepository,
    private readonly items: ItemsRepository,
    private readonly findNeighbours: FindNeighbours,
  ) {}

  /** Every id has a list, of at most `limit` articles. */
  async run(
    tx: Transaction,
    memberIds: readonly string[],
    { now, limit, neighbours }: Terms,
  ): Promise<ReadonlyMap<string, readonly ListedItem[]>> {
    if (memberIds.length === 0) return new Map();
    const bought = await this.baskets.boughtBy(tx, memberIds, MODEL.basketsOfMemberMax);
    const signals = await this.signals.recent(tx, memberIds, now);
    const members = memberIds.map((memberId): Member => {
      const doings = { bought: bought.get(memberId) ?? [], signals: signals.get(memberId) ?? [] };
      const taste = tasteOf(doings, now);
      return { memberId, taste, seeds: seedsOf(taste) };
    });
    const seeds = [...new Set(members.flatMap((member) => member.seeds.map(({ sku }) => sku)))];
    const found =
      neighbours === 'exact'
        ? await this.findNeighbours.exact(tx, seeds, MODEL.neighboursMax)
        : await this.findNeighbours.recent(tx, seeds, now);
    const shelf = await this.shelf(tx, members, found, limit);
    return new Map(members.map((member) => [member.memberId, listOf(member, shelf, limit)]));
  }

  private async shelf(
    tx: Transaction,
    members: readonly Member[],
    found: Neighbourhoods,
    limit: number,
  ): Promise<Shelf> {
    const popular = await this.items.popular(tx, limit);
    const highest = await this.items.highestPopularity(tx);
    const wanted = new Set([
      ...members.flatMap(({ taste }) => [...taste.keys()]),
      ...[...found.values()].flat().map(({ sku }) => sku),
      ...popular.map(({ sku }) => sku),
    ]);
    const items = new Map((await this.items.shelf(tx, [...wanted])).map((item) => [item.sku, item]));
    const neighbours = new Map(
      [...found].map(([sku, all]) => {
        return [sku, all.filter((one) => items.get(one.sku)?.inStock).slice(0, MODEL.neighboursMax)];
      }),
    );
    return { neighbours, popular, items, highest };
  }
}

/** Of articles that only popularity speaks for, those below the `limit` most popular cannot be in the list. */
function listOf({ taste, seeds }: Member, shelf: Shelf, limit: number): readonly ListedItem[] {
  const { neighbours, popular, items, highest } = shelf;
  const popularity = new Map<string, number>();
  const consider = (sku: string): void => {
    const item = items.get(sku);
    if (item?.inStock) popularity.set(sku, highest > 0 ? item.popularity / highest : 0);
  };
  for (const sku of taste.keys()) consider(sku);
  for (const { sku } of seeds) for (const neighbour of neighbours.get(sku) ?? []) consider(neighbour.sku);
  for (const { sku } of popular) consider(sku);
  const ranked = rank({ taste, seeds, neighbours, popularity }, limit);
  return ranked.map((one) => ({ ...one, name: items.get(one.sku)?.name ?? null }));
}
