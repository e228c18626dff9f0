import { rows, type Transaction } from '@tessera/platform-database';

export type CatalogItem = Readonly<{
  sku: string;
  version: number;
  contentHash: Buffer;
  name: string;
  category: string | null;
  brand: string | null;
  priceMinor: number | null;
  currency: string | null;
  inStock: boolean;
}>;

export type CatalogVersion = Pick<CatalogItem, 'sku' | 'version' | 'contentHash' | 'inStock'>;

/** The catalogue: of each article the highest version heard of. */
export class CatalogRepository {
  /** What stands of these articles, kept as it is until the transaction ends. */
  async standing(tx: Transaction, skus: readonly string[]): Promise<ReadonlyMap<string, CatalogVersion>> {
    const found = await rows<CatalogVersion>(
      tx,
      `SELECT sku, version, content_hash AS "contentHash", in_stock AS "inStock" FROM catalog_items
        WHERE sku = ANY ($1::text[]) ORDER BY sku FOR UPDATE`,
      [skus],
    );
    return new Map(found.map((version) => [version.sku, version]));
  }

  async put(tx: Transaction, items: readonly CatalogItem[]): Promise<void> {
    if (items.length === 0) return;
    await rows(
      tx,
      `INSERT INTO catalog_items AS c (sku, version, content_hash, name, category, brand, price_minor, currency, in_stock)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::boolean[])
         AS n(sku, version, content_hash, name, category, brand, price_minor, currency, in_stock)
        ORDER BY n.sku COLLATE "C"
       ON CONFLICT (sku) DO UPDATE
         SET version = excluded.version, content_hash = excluded.content_hash, name = excluded.name, category = excluded.category,
             brand = excluded.brand, price_minor = excluded.price_minor, currency = excluded.currency, in_stock = excluded.in_stock
       WHERE c.version < excluded.version`,
      [
        items.map(({ sku }) => sku),
        items.map(({ version }) => version),
        items.map(({ contentHash }) => contentHash),
        items.map(({ name }) => name),
        items.map(({ category }) => category),
        items.map(({ brand }) => brand),
        items.map(({ priceMinor }) => priceMinor),
        items.map(({ currency }) => currency),
        items.map(({ inStock }) => inStock),
      ],
    );
  }
}
