import type { PurchaseRefunded } from '@tessera/contracts';
import { rows, type Transaction } from '@tessera/platform-database';
import type { Batch, Received } from '@tessera/platform-messaging';
import { refundWorth, type PurchaseLine, type RefundForm } from '../refund-worth.js';
import { factKey, firstOfEach, refuseTooFarAhead } from './identity.js';
import { sqlInstant } from './instants.js';
import { addRefunded } from './value-waiting-refunds.js';

type Purchase = Readonly<{ totalMinor: number; lines: readonly PurchaseLine[] }>;
type Valued = Readonly<{ event: Received<PurchaseRefunded>; amountMinor: number | null; refusedCode: string | null }>;

/** How many of the batch's refunds were new. */
export type RecordedRefunds = Readonly<{ recorded: number }>;

/** Keeps the new refunds of a batch, with their worth where the purchase is known; else they wait for it in their own row. */
export async function recordRefunds(batch: Batch<PurchaseRefunded>): Promise<RecordedRefunds> {
  const events = refuseTooFarAhead(batch, ({ refundedAt }) => refundedAt);
  const hashes = await storedHashes(batch.tx, events);
  const kept = firstOfEach(batch, events, ({ memberId, refundId }) => factKey(memberId, refundId), hashes);
  if (kept.length === 0) return { recorded: 0 };

  const purchases = await purchasesOf(batch.tx, kept);
  const valued = kept.map((event, place) => value(batch, event, purchases.get(place)));
  await insert(batch.tx, valued);
  await addRefunded(
    batch.tx,
    valued.flatMap(({ event: { data }, amountMinor }) => (amountMinor ? [{ ...data, amountMinor }] : [])),
  );
  return { recorded: kept.length };
}

function value(
  batch: Batch<PurchaseRefunded>,
  event: Received<PurchaseRefunded>,
  purchase: Purchase | undefined,
): Valued {
  if (!purchase) return { event, amountMinor: null, refusedCode: null };
  const worth = refundWorth(formOf(event.data), purchase);
  if (typeof worth === 'number') return { event, amountMinor: worth, refusedCode: null };

  batch.refuse(event, {
    code: worth.refused,
    detail: `purchase ${event.data.purchaseId} has ${purchase.lines.length} lines, so line ${worth.line} cannot be refunded`,
  });
  return { event, amountMinor: 0, refusedCode: worth.refused };
}

function formOf(refund: PurchaseRefunded): RefundForm {
  if (refund.lines) return { lines: refund.lines.map(({ line, quantity }) => ({ line, quantity })) };
  return refund.amountMinor === undefined ? { whole: true } : { amountMinor: refund.amountMinor };
}

async function storedHashes(
  tx: Transaction,
  events: readonly Received<PurchaseRefunded>[],
): Promise<ReadonlyMap<string, Buffer>> {
  const found = await rows<{ refund_id: string; member_id: string; content_hash: Buffer }>(
    tx,
    `SELECT r.refund_id, r.member_id, r.content_hash
       FROM unnest($1::text[], $2::text[]) AS n(refund_id, member_id)
       JOIN refunds r ON r.refund_id = n.refund_id AND r.member_id = n.member_id`,
    [events.map(({ data }) => data.refundId), events.map(({ data }) => data.memberId)],
  );
  return new Map(found.map((row) => [factKey(row.member_id, row.refund_id), row.content_hash]));
}

/** The purchases that these refunds are of, by the refund's place. */
async function purchasesOf(
  tx: Transaction,
  kept: readonly Received<PurchaseRefunded>[],
): Promise<ReadonlyMap<number, Purchase>> {
  const found = await rows<{ place: number; total_minor: number; lines: readonly PurchaseLine[] | null }>(
    tx,
    `SELECT n.place::int AS place, p.total_minor, CASE WHEN n.by_lines THEN p.lines END AS lines
       FROM unnest($1::text[], $2::text[], $3::boolean[]) WITH ORDINALITY AS n(purchase_id, member_id, by_lines, place)
       JOIN purchases p ON p.purchase_id = n.purchase_id AND p.member_id = n.member_id`,
    [
      kept.map(({ data }) => data.purchaseId),
      kept.map(({ data }) => data.memberId),
      kept.map(({ data }) => data.lines !== undefined),
    ],
  );
  return new Map(
    found.map(({ place, total_minor, lines }) => [place - 1, { totalMinor: total_minor, lines: lines ?? [] }]),
  );
}

async function insert(tx: Transaction, valued: readonly Valued[]): Promise<void> {
  await rows(
    tx,
    `INSERT INTO refunds (refund_id, member_id, purchase_id, refunded_at, form, amount_minor, refused_code, backfill, content_hash,
                          appended_at, waits_for)
     SELECT u.*, CASE WHEN u.amount_minor IS NULL THEN 'purchase' END
       FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::bigint[], $7::text[], $8::boolean[],
                   $9::bytea[], $10::timestamptz[])
         AS u(refund_id, member_id, purchase_id, refunded_at, form, amount_minor, refused_code, backfill, content_hash, appended_at)`,
    [
      valued.map(({ event }) => event.data.refundId),
      valued.map(({ event }) => event.data.memberId),
      valued.map(({ event }) => event.data.purchaseId),
      valued.map(({ event }) => sqlInstant(event.data.refundedAt)),
      valued.map(({ event }) => JSON.stringify(formOf(event.data))),
      valued.map(({ amountMinor }) => amountMinor),
      valued.map(({ refusedCode }) => refusedCode),
      valued.map(({ event }) => event.data.backfill ?? false),
      valued.map(({ event }) => event.contentHash),
      valued.map(({ event }) => event.appendedAt.toISOString()),
    ],
  );
}
