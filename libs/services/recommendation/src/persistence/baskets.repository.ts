import { rows, type Transaction } from '@tessera/platform-database';
import type { BasketLine, RefundedBasket, RefundForm } from '../domain/basket.js';
import type { Change } from '../domain/tally.js';
import type { Bought } from '../domain/taste.js';

/** A purchase with lines as it came. `contentHash` says whether it is the one of its number that stands. */
export type NewBasket = Readonly<{
  memberId: string;
  purchaseId: string;
  contentHash: Buffer;
  lines: readonly BasketLine[];
}>;

/** A basket that was not there before, by its place among those given. */
export type Recorded = Readonly<{ place: number; basketId: string; purchasedAt: Date }>;

export type BasketItem = Readonly<{ basketId: string; sku: string; paired: boolean }>;

export type PurchaseKey = Readonly<{ memberId: string; purchaseId: string }>;
export type KnownRefunds = RefundedBasket & Readonly<{ basketId: string }>;

const DAY = `floor(extract(epoch FROM purchased_at) / 86400)::int`;

/** Baskets and which of their articles count. Whoever writes has locked the members concerned. */
export class BasketsRepository {
  /** Keeps those that are the standing purchase of their number and not kept yet. A basket's id follows from member and purchase. */
  record(tx: Transaction, baskets: readonly NewBasket[]): Promise<Recorded[]> {
    return rows<Recorded>(
      tx,
      `WITH standing AS (
         SELECT DISTINCT ON (basket_id) md5(n.member_id || '/' || n.purchase_id)::uuid AS basket_id, n.*, p.purchased_at
           FROM unnest($1::text[], $2::text[], $3::bytea[], $4::jsonb[]) WITH ORDINALITY
             AS n(member_id, purchase_id, content_hash, lines, place)
           JOIN purchases p
             ON p.purchase_id = n.purchase_id AND p.member_id = n.member_id AND p.content_hash = n.content_hash
          ORDER BY basket_id
       ), kept AS (
         INSERT INTO baskets (basket_id, member_id, purchase_id, purchased_at, lines)
         SELECT basket_id, member_id, purchase_id, purchased_at, lines FROM standing
         ON CONFLICT DO NOTHING
         RETURNING basket_id
       )
       SELECT (s.place - 1)::int AS place, s.basket_id AS "basketId", s.purchased_at AS "purchasedAt"
         FROM kept JOIN standing s USING (basket_id) ORDER BY s.place`,
      [
        baskets.map(({ memberId }) => memberId),
        baskets.map(({ purchaseId }) => purchaseId),
        baskets.map(({ contentHash }) => contentHash),
        baskets.map(({ lines }) => JSON.stringify(lines)),
      ],
    );
  }

  /** Adds the articles of baskets just recorded, and answers which baskets count at once: those of registered members. */
  async addItems(tx: Transaction, items: readonly BasketItem[]): Promise<ReadonlySet<string>> {
    const counted = await rows<{ basket_id: string }>(
      tx,
      `WITH added AS (
         INSERT INTO basket_items (basket_id, sku, purchased_at, paired, counted)
         SELECT n.basket_id, n.sku, b.purchased_at, n.paired, m.member_id IS NOT NULL
           FROM unnest($1::uuid[], $2::text[], $3::boolean[]) AS n(basket_id, sku, paired)
           JOIN baskets b ON b.basket_id = n.basket_id
           LEFT JOIN members m ON m.member_id = b.member_id
         RETURNING basket_id, counted
       )
       SELECT DISTINCT basket_id FROM added WHERE counted`,
      [items.map(({ basketId }) => basketId), items.map(({ sku }) => sku), items.map(({ paired }) => paired)],
    );
    return new Set(counted.map(({ basket_id }) => basket_id));
  }

  /** All that is known of the refunds of these purchases; those without a basket or without a valid refund are left out. */
  async refunds(tx: Transaction, keys: readonly PurchaseKey[]): Promise<readonly KnownRefunds[]> {
    return rows<KnownRefunds & { lines: BasketLine[]; refunds: RefundForm[] }>(
      tx,
      `SELECT b.basket_id AS "basketId", b.lines, p.total_minor AS "totalMinor", p.refunded_minor AS "refundedMinor", r.forms AS refunds
         FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS n(member_id, purchase_id)) k
         JOIN purchases p ON p.purchase_id = k.purchase_id AND p.member_id = k.member_id
         JOIN baskets b ON b.basket_id = md5(k.member_id || '/' || k.purchase_id)::uuid
        CROSS JOIN LATERAL (SELECT jsonb_agg(form) AS forms FROM refunds
                             WHERE member_id = k.member_id AND purchase_id = k.purchase_id
                               AND waits_for IS NULL AND refused_code IS NULL) r
        WHERE r.forms IS NOT NULL`,
      [keys.map(({ memberId }) => memberId), keys.map(({ purchaseId }) => purchaseId)],
    );
  }

  async withdraw(tx: Transaction, items: readonly Readonly<{ basketId: string; sku: string }>[]): Promise<void> {
    if (items.length === 0) return;
    await rows(
      tx,
      `UPDATE basket_items i SET withdrawn = true
         FROM unnest($1::uuid[], $2::text[]) AS w(basket_id, sku)
        WHERE i.basket_id = w.basket_id AND i.sku = w.sku AND NOT i.withdrawn`,
      [items.map(({ basketId }) => basketId), items.map(({ sku }) => sku)],
    );
  }

  /** Has exactly the articles count that should: not refunded, and of a registered member. Answers the difference. */
  recount(tx: Transaction, basketIds: readonly string[]): Promise<Change[]> {
    return rows<Change>(
      tx,
      `WITH changed AS (
         UPDATE basket_items i SET counted = NOT i.counted
           FROM baskets b LEFT JOIN members m ON m.member_id = b.member_id
          WHERE b.basket_id = ANY ($1::uuid[]) AND i.basket_id = b.basket_id
            AND i.counted <> (m.member_id IS NOT NULL AND NOT i.withdrawn)
         RETURNING i.sku, i.purchased_at, i.counted
       )
       SELECT sku, ${DAY} AS day, sum(CASE WHEN counted THEN 1 ELSE -1 END)::int AS baskets FROM changed GROUP BY 1, 2`,
      [basketIds],
    );
  }

  async idsOf(tx: Transaction, memberIds: readonly string[]): Promise<readonly string[]> {
    const sql = 'SELECT basket_id AS "basketId" FROM baskets WHERE member_id = ANY ($1::text[])';
    return (await rows<{ basketId: string }>(tx, sql, [memberIds])).map(({ basketId }) => basketId);
  }

  /** What counts of each member's latest baskets, in an order that only the facts decide. */
  async boughtBy(
    tx: Transaction,
    memberIds: readonly string[],
    basketsMax: number,
  ): Promise<ReadonlyMap<string, readonly Bought[]>> {
    const found = await rows<{ member_id: string; skus: readonly string[]; bought_at_ms: readonly number[] }>(
      tx,
      `SELECT m.member_id, l.*
         FROM (SELECT DISTINCT unnest($1::text[]) AS member_id) m
        CROSS JOIN LATERAL (
          SELECT json_agg(sku) AS skus, json_agg((extract(epoch FROM purchased_at) * 1000)::bigint) AS bought_at_ms
            FROM (SELECT i.sku, b.purchased_at
                    FROM (SELECT basket_id, purchased_at FROM baskets WHERE member_id = m.member_id
                           ORDER BY purchased_at DESC, basket_id LIMIT $2) b
                    JOIN basket_items i ON i.basket_id = b.basket_id AND i.counted
                   ORDER BY b.purchased_at DESC, b.basket_id, i.sku) in_order
        ) l
        WHERE l.skus IS NOT NULL`,
      [memberIds, basketsMax],
    );
    const byMember = new Map<string, readonly Bought[]>(memberIds.map((id) => [id, []]));
    for (const { member_id, skus, bought_at_ms } of found) {
      byMember.set(
        member_id,
        skus.map((sku, place) => ({ sku, at: new Date(bought_at_ms[place] as number) })),
      );
    }
    return byMember;
  }

  /** Purchases of those who are not registered wait for that; they show among what is parked. */
  async markWaiting(tx: Transaction, memberIds: readonly string[]): Promise<void> {
    await rows(
      tx,
      `UPDATE purchases p SET waits_for = CASE WHEN k.registered THEN NULL ELSE 'registration' END
         FROM (SELECT g.member_id, m.member_id IS NOT NULL AS registered
                 FROM unnest($1::text[]) AS g(member_id) LEFT JOIN members m ON m.member_id = g.member_id) k
        WHERE p.member_id = k.member_id AND (p.waits_for IS NULL) <> k.registered`,
      [memberIds],
    );
  }

  /** The same of purchases that have just been recorded, however many the member has beside them. */
  async markNewWaiting(tx: Transaction, recorded: readonly PurchaseKey[]): Promise<void> {
    if (recorded.length === 0) return;
    await rows(
      tx,
      `UPDATE purchases p SET waits_for = 'registration'
         FROM unnest($1::text[], $2::text[]) AS n(member_id, purchase_id)
        WHERE p.purchase_id = n.purchase_id AND p.member_id = n.member_id
          AND NOT EXISTS (SELECT FROM members m WHERE m.member_id = n.member_id)`,
      [recorded.map(({ memberId }) => memberId), recorded.map(({ purchaseId }) => purchaseId)],
    );
  }
}
