import { Injectable } from '@nestjs/common';
import type { CatalogItemChanged } from '@tessera/contracts';
import { type Batch, Subjects } from '@tessera/platform-messaging';
import { type CatalogItem, CatalogRepository, type CatalogVersion } from './persistence/catalog.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { ScheduleLists } from './schedule-lists.js';

/** Takes the highest version of each article; lists that announced one which is now out of stock are made anew. */
@Injectable()
export class ChangeCatalog {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
    private readonly catalog: CatalogRepository,
    private readonly scheduleLists: ScheduleLists,
  ) {}

  async run(batch: Batch<CatalogItemChanged>): Promise<void> {
    const { tx } = batch;
    const outOfStock = batch.events.filter(({ data }) => !data.inStock).map(({ data }) => data.sku);
    // Members come before articles, as everywhere: nobody who holds an article's row waits for a member's.
    const locked = await this.subjects.lock(tx, await this.members.listing(tx, outOfStock));
    const standing = await this.catalog.standing(
      tx,
      batch.events.map(({ data }) => data.sku),
    );
    await this.catalog.put(tx, highestOf(batch, standing));
    await this.scheduleLists.run(tx, locked);
  }
}

/** A version that is known is a repeat, or a conflict if it says otherwise: the first stands. */
function highestOf(
  batch: Batch<CatalogItemChanged>,
  standing: ReadonlyMap<string, Pick<CatalogVersion, 'version' | 'contentHash'>>,
): readonly CatalogItem[] {
  const known = new Map(standing);
  const highest = new Map<string, CatalogItem>();
  for (const event of batch.events) {
    const { contentHash } = event;
    const { sku, version, name, category, brand, priceMinor, currency, inStock } = event.data;
    const stands = known.get(sku);
    if (stands && version < stands.version) continue;
    if (stands?.version === version) {
      if (stands.contentHash.equals(contentHash)) continue;
      const detail = `version ${version} of article ${sku} was received before with other content, which stands`;
      batch.refuse(event, { code: 'conflict', detail });
      continue;
    }
    known.set(sku, { version, contentHash });
    const told = { category: category ?? null, brand: brand ?? null, priceMinor: priceMinor ?? null };
    highest.set(sku, { sku, version, contentHash, name, ...told, currency: currency ?? null, inStock });
  }
  return [...highest.values()];
}
