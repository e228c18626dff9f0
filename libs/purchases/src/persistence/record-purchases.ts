import type { PurchaseCreated } from '@tessera/contracts';
import {
  bigintArray,
  byteaArray,
  rows,
  textArray,
  timestamptzArray,
  type Transaction,
} from '@tessera/platform-database';
import type { Batch, Received } from '@tessera/platform-messaging';
import type { PurchaseFact } from '../purchase-fact.js';
import { factKey, firstOfEach, refuseTooFarAhead } from './identity.js';
import { valueWaitingRefunds } from './value-waiting-refunds.js';

/** A purchase that was new, with the refunds that had waited for it. Its currency says whether it can be counted yet. */
export type NewPurchase = PurchaseFact & Readonly<{ currency: string }>;

/** `sharedNumbers`: purchases recorded whose number another member has too. They are other facts, but worth an operator's look. */
export type RecordedPurchases = Readonly<{ recorded: readonly NewPurchase[]; sharedNumbers: number }>;

const keyOf = ({ memberId, purchaseId }: PurchaseCreated): string => factKey(memberId, purchaseId);

/** Keeps the new purchases of a batch and gives the refunds that were waiting for them their worth. */
export async function recordPurchases(batch: Batch<PurchaseCreated>): Promise<RecordedPurchases> {
  const events = refuseTooFarAhead(batch, ({ purchasedAt }) => purchasedAt);
  const { hashes, shared } = await stored(batch.tx, events);
  const kept = firstOfEach(batch, events, keyOf, hashes);
  if (kept.length === 0) return { recorded: [], sharedNumbers: 0 };

  await insert(batch.tx, kept);
  const refunds = await valueWaitingRefunds(
    batch.tx,
    kept.map(({ data }) => data),
  );
  const sharedNumbers = countShared(kept, shared);
  batch.noteSharedNumbers(sharedNumbers);
  return { recorded: kept.map(({ data }) => factOf(data, refunds.get(keyOf(data)) ?? [])), sharedNumbers };
}

/** Those whose number is stored already under another member, or comes before in the same batch. */
function countShared(kept: readonly Received<PurchaseCreated>[], stored: ReadonlySet<string>): number {
  const before = new Set<string>();
  const shared = kept.filter(({ data }) => {
    const isBefore = before.has(data.purchaseId);
    before.add(data.purchaseId);
    return isBefore || stored.has(keyOf(data));
  });
  return shared.length;
}

const factOf = (data: PurchaseCreated, refunds: PurchaseFact['refunds']): NewPurchase => ({
  memberId: data.memberId,
  purchaseId: data.purchaseId,
  purchasedAt: new Date(data.purchasedAt),
  currency: data.currency,
  totalMinor: data.totalMinor,
  backfill: data.backfill ?? false,
  refunds,
});

/**
 * What is known under these numbers, whoever's they are: of a batch of new purchases, nothing. `OFFSET 0` keeps it a look-up a number:
 * a table that grows faster than its statistics is thought to hold hundreds of each, and a plain join then reads all of it.
 */
async function stored(
  tx: Transaction,
  events: readonly Received<PurchaseCreated>[],
): Promise<{ hashes: ReadonlyMap<string, Buffer>; shared: ReadonlySet<string> }> {
  const found = await rows<{ place: number; member_id: string; content_hash: Buffer }>(
    tx,
    `SELECT n.place::int AS place, p.member_id, p.content_hash
       FROM unnest($1::text[]) WITH ORDINALITY AS n(purchase_id, place),
            LATERAL (SELECT member_id, content_hash FROM purchases WHERE purchase_id = n.purchase_id OFFSET 0) p`,
    [textArray(events.map(({ data }) => data.purchaseId))],
  );
  const hashes = new Map<string, Buffer>();
  const shared = new Set<string>();
  for (const row of found) {
    const event = events[row.place - 1];
    if (event?.data.memberId === row.member_id) hashes.set(keyOf(event.data), row.content_hash);
    else if (event) shared.add(keyOf(event.data));
  }
  return { hashes, shared };
}

async function insert(tx: Transaction, kept: readonly Received<PurchaseCreated>[]): Promise<void> {
  await rows(
    tx,
    `INSERT INTO purchases (purchase_id, member_id, purchased_at, currency, total_minor, lines, backfill, content_hash, appended_at)
     SELECT u.purchase_id, u.member_id, u.purchased_at, u.currency, u.total_minor, u.lines::jsonb, u.backfill, u.content_hash, u.appended_at
       FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::bigint[], $6::text[], $7::boolean[],
                   $8::bytea[], $9::timestamptz[])
         AS u(purchase_id, member_id, purchased_at, currency, total_minor, lines, backfill, content_hash, appended_at)`,
    [
      textArray(kept.map(({ data }) => data.purchaseId)),
      textArray(kept.map(({ data }) => data.memberId)),
      timestamptzArray(kept.map(({ data }) => new Date(data.purchasedAt))),
      textArray(kept.map(({ data }) => data.currency)),
      bigintArray(kept.map(({ data }) => data.totalMinor)),
      textArray(kept.map(({ data }) => linesOf(data))),
      kept.map(({ data }) => data.backfill ?? false),
      byteaArray(kept.map(({ contentHash }) => contentHash)),
      timestamptzArray(kept.map(({ appendedAt }) => appendedAt)),
    ],
  );
}

/** Only what a refund by lines needs: the rest of a line is of no use to who keeps this table. */
function linesOf({ lines }: PurchaseCreated): string | null {
  if (!lines || lines.length === 0) return null;
  return JSON.stringify(
    lines.map(({ quantity, unitPriceMinor, discountMinor }) => ({ quantity, unitPriceMinor, discountMinor })),
  );
}
