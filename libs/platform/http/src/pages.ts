import { z } from 'zod';
import { RequestInvalid } from './errors.js';

export const PAGE_LIMIT_MAX = 500;
const CURSOR_LENGTH_MAX = 1_000;

/** `?limit=1..500&cursor=`: extend it with a route's own filters. */
export const pageQuery = z.object({
  limit: z
    .string()
    .regex(/^\d{1,4}$/, `expected a number from 1 to ${PAGE_LIMIT_MAX}`)
    .transform(Number)
    .pipe(z.int().min(1).max(PAGE_LIMIT_MAX))
    .default(100)
    .describe(`how many items at most, 1 to ${PAGE_LIMIT_MAX}`),
  cursor: z.string().max(CURSOR_LENGTH_MAX).optional().describe('`nextCursor` of the page before'),
});

export type PageQuery = z.infer<typeof pageQuery>;

export type Page<Item> = Readonly<{ items: readonly Item[]; nextCursor: string | null }>;

/** The schema of a page, for the API's documentation. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** Where a page ended, as text that callers pass back and need not understand. */
export const encodeCursor = (position: unknown): string =>
  Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');

/** The position behind a cursor, or undefined on the first page. Throws `RequestInvalid` when the cursor is not one of ours. */
export function decodeCursor<Schema extends z.ZodType>(
  schema: Schema,
  cursor: string | undefined,
): z.infer<Schema> | undefined {
  if (cursor === undefined) return undefined;
  const result = schema.safeParse(parsed(cursor));
  if (result.success) return result.data;
  throw new RequestInvalid([{ path: 'cursor', reason: 'expected the nextCursor of a page of this list' }]);
}

/** Makes a page of up to `limit + 1` rows: the one too many only tells that there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, position }: Readonly<{ item: (row: Row) => Item; position: (row: Row) => unknown }>,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null,
  };
}

function parsed(cursor: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
