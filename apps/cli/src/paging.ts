import type { TesseraClient } from '@tessera/demo';

type Page<Item> = Readonly<{ items: readonly Item[]; nextCursor: string | null }>;

const PAGE = 500;

/** Up to `max` items of a route that answers in pages; `more` says that there are others. */
export async function readPages<Item>(
  client: TesseraClient,
  path: string,
  max: number,
): Promise<{ items: readonly Item[]; more: boolean }> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(PAGE, max - items.length)) });
    if (cursor !== null) query.set('cursor', cursor);
    const page: Page<Item> = await client.get(`${path}${path.includes('?') ? '&' : '?'}${query.toString()}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < max);
  return { items, more: cursor !== null };
}
