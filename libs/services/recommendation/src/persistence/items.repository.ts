import { rows, type Transaction } from '@tessera/platform-database';
import type { ItemChange } from '../domain/tally.js';

/** Popularity in units that compare among articles only. */
export type ShelfItem = Readonly<{ sku: string; name: string | null; popularity: number; inStock: boolean }>;

export type ItemRow = Readonly<{
  sku: string;
  name: string | null;
  category: string | null;
  brand: string | null;
  priceMinor: number | null;
  currency: string | null;
  inStock: boolean;
  /** Whether the catalogue has told of it. */
  catalogued: boolean;
  baskets: number;
  popularity: number;
}>;

const TOLD_LATER = `(excluded.told_at_ms, excluded.told_by) > (i.told_at_ms, i.told_by) OR i.told_at_ms IS NULL`;
const newest = (column: string): string =>
  `${column} = CASE WHEN ${TOLD_LATER} THEN excluded.${column} ELSE i.${column} END`;

/** Articles as purchases and the catalogue tell of them. Large popularities lose their last digits here, which no list shows. */
export class ItemsRepository {
  /** The last write of a transaction: rows are taken in the order of their numbers, and held until its end. */
  async apply(tx: Transaction, changes: readonly ItemChange[]): Promise<void> {
    if (changes.length === 0) return;
    await rows(
      tx,
      `INSERT INTO items AS i (sku, baskets, popularity, changes, name, category, brand, told_at_ms, told_by)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::numeric[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::uuid[])
         AS n(sku, baskets, popularity, changes, name, category, brand, told_at_ms, told_by)
        ORDER BY n.sku COLLATE "C"
       ON CONFLICT (sku) DO UPDATE
         SET baskets = i.baskets + excluded.baskets, popularity = i.popularity + excluded.popularity,
             changes = i.changes + excluded.changes,
             ${['name', 'category', 'brand', 'told_at_ms', 'told_by'].map(newest).join(', ')}`,
      [
        changes.map(({ sku }) => sku),
        changes.map(({ baskets }) => baskets),
        changes.map(({ popularity }) => popularity.toString()),
        changes.map((change) => change.changes),
        changes.map(({ told }) => told?.name ?? null),
        changes.map(({ told }) => told?.category ?? null),
        changes.map(({ told }) => told?.brand ?? null),
        changes.map(({ told }) => told?.at ?? null),
        changes.map(({ told }) => told?.by ?? null),
      ],
    );
  }

  /** What is in stock and most popular. */
  popular(tx: Transaction, limit: number): Promise<ShelfItem[]> {
    return rows<ShelfItem>(
      tx,
      `SELECT i.sku, coalesce(c.name, i.name) AS name, i.popularity::float8 AS popularity, true AS "inStock"
         FROM items i LEFT JOIN catalog_items c ON c.sku = i.sku
        WHERE i.baskets > 0 AND c.in_stock IS NOT FALSE
        ORDER BY i.popularity DESC, i.sku LIMIT $1`,
      [limit],
    );
  }

  /** The popularity of the most popular article, in stock or not; 0 where nothing was bought. */
  async highestPopularity(tx: Transaction): Promise<number> {
    const sql = `SELECT popularity::float8 AS highest FROM items WHERE baskets > 0 ORDER BY popularity DESC, sku LIMIT 1`;
    return (await rows<{ highest: number }>(tx, sql))[0]?.highest ?? 0;
  }

  /**
   * These articles; one that nobody knows by name is there all the same, as it may have been viewed. Thousands for some fifty lists,
   * so they come as one value: reading as many rows takes longer than finding them.
   */
  async shelf(tx: Transaction, skus: readonly string[]): Promise<readonly ShelfItem[]> {
    type Shelved = readonly [sku: string, name: string | null, popularity: number, inStock: boolean];
    const [found] = await rows<{ items: readonly Shelved[] | null }>(
      tx,
      `SELECT json_agg(json_build_array(n.sku, coalesce(c.name, i.name), coalesce(i.popularity, 0)::float8,
                                        c.in_stock IS NOT FALSE)) AS items
         FROM unnest($1::text[]) AS n(sku)
         LEFT JOIN items i ON i.sku = n.sku
         LEFT JOIN catalog_items c ON c.sku = n.sku`,
      [skus],
    );
    return (found?.items ?? []).map(([sku, name, popularity, inStock]) => ({ sku, name, popularity, inStock }));
  }

  async find(tx: Transaction, sku: string): Promise<ItemRow | undefined> {
    const [found] = await rows<ItemRow>(
      tx,
      `SELECT n.sku, coalesce(c.name, i.name) AS name,
              CASE WHEN c.sku IS NULL THEN i.category ELSE c.category END AS category,
              CASE WHEN c.sku IS NULL THEN i.brand ELSE c.brand END AS brand,
              c.price_minor AS "priceMinor", c.currency, c.in_stock IS NOT FALSE AS "inStock", c.sku IS NOT NULL AS catalogued,
              coalesce(i.baskets, 0) AS baskets, coalesce(i.popularity, 0)::float8 AS popularity
         FROM (SELECT $1::text AS sku) n
         LEFT JOIN items i ON i.sku = n.sku
         LEFT JOIN catalog_items c ON c.sku = n.sku
        WHERE i.sku IS NOT NULL OR c.sku IS NOT NULL`,
      [sku],
    );
    return found;
  }
}
