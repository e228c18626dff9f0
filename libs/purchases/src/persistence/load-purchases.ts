import { rows, type Transaction } from '@tessera/platform-database';
import { compareIds } from '../order.js';
import type { PurchaseFact, RefundFact } from '../purchase-fact.js';
import { factKey } from './identity.js';

/** What decides whether a purchase counts. */
export type Mark = Readonly<{ memberId: string; purchaseId: string; currency: string; waitsFor: string | null }>;

/** A member's purchases, a column each: a long history is read in half the time that a row each takes. */
type HistoryRow = {
  member_id: string;
  ids: readonly string[];
  purchased_at_ms: readonly number[];
  totals_minor: readonly number[];
  currencies: readonly string[];
  waits_for: readonly (string | null)[];
  /** null for a purchase that is not of history that was loaded. */
  loaded_at_ms: readonly (number | null)[];
};
type RefundRow = {
  member_id: string;
  purchase_id: string;
  refund_id: string;
  refunded_at: Date;
  amount_minor: number;
  backfill: boolean;
  appended_at: Date;
};

/** By `factKey`. */
type Refunds = ReadonlyMap<string, readonly RefundFact[]>;

/** What waits for a program or a rate cannot be counted yet. */
const isCountable = ({ waitsFor }: Mark): boolean => waitsFor === null || waitsFor === 'registration';

/** The members' purchases and refunds, in order, without those that cannot be counted. */
export async function loadPurchases(
  tx: Transaction,
  memberIds: readonly string[],
  counts: (mark: Mark) => boolean = isCountable,
): Promise<ReadonlyMap<string, readonly PurchaseFact[]>> {
  if (memberIds.length === 0) return new Map();
  const refunds = await loadRefunds(tx, memberIds);
  const histories = await rows<HistoryRow>(
    tx,
    `SELECT m.member_id, h.*
       FROM (SELECT DISTINCT unnest($1::text[]) AS member_id) m
      CROSS JOIN LATERAL (
        SELECT json_agg(purchase_id) AS ids,
               json_agg((extract(epoch FROM purchased_at) * 1000)::bigint) AS purchased_at_ms,
               json_agg(total_minor) AS totals_minor, json_agg(currency) AS currencies, json_agg(waits_for) AS waits_for,
               json_agg(CASE WHEN backfill THEN (extract(epoch FROM appended_at) * 1000)::bigint END) AS loaded_at_ms
          FROM (SELECT * FROM purchases WHERE member_id = m.member_id ORDER BY purchased_at, purchase_id) in_order
      ) h
      WHERE h.ids IS NOT NULL`,
    [memberIds],
  );
  const byMember = new Map<string, readonly PurchaseFact[]>(memberIds.map((id) => [id, []]));
  for (const history of histories) byMember.set(history.member_id, factsOf(history, refunds, counts));
  return byMember;
}

function factsOf(history: HistoryRow, refunds: Refunds, counts: (mark: Mark) => boolean): readonly PurchaseFact[] {
  const { member_id: memberId, ids, purchased_at_ms, totals_minor, currencies, waits_for, loaded_at_ms } = history;
  return ids.flatMap((purchaseId, at): PurchaseFact[] => {
    const currency = currencies[at] as string;
    if (!counts({ memberId, purchaseId, currency, waitsFor: waits_for[at] ?? null })) return [];
    return [
      {
        memberId,
        purchaseId,
        purchasedAt: new Date(purchased_at_ms[at] as number),
        totalMinor: totals_minor[at] as number,
        ...originOf(loaded_at_ms[at] ?? null),
        refunds: refunds.get(factKey(memberId, purchaseId)) ?? [],
      },
    ];
  });
}

async function loadRefunds(tx: Transaction, memberIds: readonly string[]): Promise<Refunds> {
  const found = await rows<RefundRow>(
    tx,
    `SELECT member_id, purchase_id, refund_id, refunded_at, amount_minor, backfill, appended_at
       FROM refunds
      WHERE member_id = ANY ($1::text[]) AND waits_for IS NULL AND refused_code IS NULL`,
    [memberIds],
  );
  found.sort((a, b) => a.refunded_at.getTime() - b.refunded_at.getTime() || compareIds(a.refund_id, b.refund_id));
  const byPurchase = new Map<string, RefundFact[]>();
  for (const row of found) {
    const key = factKey(row.member_id, row.purchase_id);
    const refund = {
      refundId: row.refund_id,
      refundedAt: row.refunded_at,
      amountMinor: row.amount_minor,
      ...originOf(row.backfill ? row.appended_at.getTime() : null),
    };
    const known = byPurchase.get(key);
    if (known) known.push(refund);
    else byPurchase.set(key, [refund]);
  }
  return byPurchase;
}

const originOf = (loadedAtMs: number | null) =>
  loadedAtMs === null ? { backfill: false } : { backfill: true, loadedAt: new Date(loadedAtMs) };
