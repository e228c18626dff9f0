import { rows, type Transaction } from '@tessera/platform-database';
import type { Kept } from '../domain/kept.js';
import { MODEL } from '../domain/model.js';
import type { Baskets, Sample } from '../domain/nearest.js';
import type { Neighbour } from '../domain/ranking.js';

/** `changes` of the article when it was sampled: what is kept under it stands until the article's count goes on. */
export type CountedSample = Sample & Readonly<{ changes: number }>;

export type KeptNeighbours = Kept & Readonly<{ sku: string; nearest: readonly Neighbour[] }>;

/** As it is stored, where names of fields would be most of it. */
type Pair = readonly [sku: string, similarity: number];

/** What neighbours are counted from, and those last counted. */
export class NeighboursRepository {
  /** The latest baskets of each of these articles; one that nobody ever bought is left out. */
  samples(tx: Transaction, skus: readonly string[]): Promise<CountedSample[]> {
    return rows<CountedSample>(
      tx,
      `SELECT i.sku, i.baskets, i.changes, coalesce(b.ids, '[]') AS "basketIds"
         FROM unnest($1::text[]) AS s(sku)
         JOIN items i ON i.sku = s.sku
        CROSS JOIN LATERAL (SELECT json_agg(basket_id) AS ids
                              FROM (SELECT basket_id FROM basket_items
                                     WHERE sku = s.sku AND counted AND paired
                                     ORDER BY purchased_at DESC, basket_id LIMIT $2) latest) b`,
      [skus, MODEL.basketsSampled],
    );
  }

  /** What these baskets had. `inStockOnly` leaves out what the catalogue says is not there. */
  async baskets(
    tx: Transaction,
    basketIds: readonly string[],
    { inStockOnly }: Readonly<{ inStockOnly: boolean }>,
  ): Promise<Baskets> {
    const found = await rows<{ basketId: string; skus: readonly string[] }>(
      tx,
      `SELECT b.basket_id AS "basketId", i.skus
         FROM unnest($1::uuid[]) AS b(basket_id)
        CROSS JOIN LATERAL (SELECT json_agg(sku) AS skus FROM basket_items
                             WHERE basket_id = b.basket_id AND counted AND paired) i
        WHERE i.skus IS NOT NULL`,
      [basketIds],
    );
    const articles = new Map(found.map(({ basketId, skus }) => [basketId, skus]));
    const sizes = await rows<{ sku: string; baskets: number }>(
      tx,
      `SELECT i.sku, i.baskets FROM items i LEFT JOIN catalog_items c ON c.sku = i.sku
        WHERE i.sku = ANY ($1::text[]) AND NOT ($2 AND c.in_stock IS FALSE)`,
      [[...new Set([...articles.values()].flat())], inStockOnly],
    );
    return { articles, sizes: new Map(sizes.map(({ sku, baskets }) => [sku, baskets])) };
  }

  async kept(tx: Transaction, skus: readonly string[]): Promise<readonly KeptNeighbours[]> {
    const found = await rows<Kept & { sku: string; nearest: readonly Pair[] }>(
      tx,
      `SELECT k.sku, k.baskets, i.changes - k.changes AS changes, k.counted_at AS "countedAt", k.nearest
         FROM kept_neighbours k JOIN items i ON i.sku = k.sku WHERE k.sku = ANY ($1::text[])`,
      [skus],
    );
    return found.map((one) => ({
      ...one,
      nearest: one.nearest.map(([sku, similarity]) => ({ sku, similarity })),
    }));
  }

  /** Rows are taken in the order of their numbers, as replicas keep the same articles. Of two counts the one that knew more stands. */
  async keep(
    tx: Transaction,
    counted: readonly (Pick<CountedSample, 'sku' | 'changes' | 'baskets'> & { nearest: readonly Neighbour[] })[],
    at: Date,
  ): Promise<void> {
    if (counted.length === 0) return;
    await rows(
      tx,
      `INSERT INTO kept_neighbours AS k (sku, changes, baskets, counted_at, nearest)
       SELECT n.sku, n.changes, n.baskets, $5, n.nearest
         FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::json[]) AS n(sku, changes, baskets, nearest)
        ORDER BY n.sku COLLATE "C"
       ON CONFLICT (sku) DO UPDATE
         SET changes = excluded.changes, baskets = excluded.baskets, counted_at = excluded.counted_at, nearest = excluded.nearest
       WHERE k.changes <= excluded.changes`,
      [
        counted.map(({ sku }) => sku),
        counted.map(({ changes }) => changes),
        counted.map(({ baskets }) => baskets),
        counted.map(({ nearest }) => JSON.stringify(nearest.map(({ sku, similarity }): Pair => [sku, similarity]))),
        at.toISOString(),
      ],
    );
  }
}
