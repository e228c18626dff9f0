import { rows, type Transaction } from '@tessera/platform-database';
import { compareIds } from '../order.js';
import type { PurchaseFact, RefundFact } from '../purchase-fact.js';
import { factKey } from './identity.js';

export type PurchaseRow = {
  member_id: string;
  purchase_id: string;
  purchased_at: Date;
  total_minor: number;
  currency: string;
  waits_for: string | null;
  backfill: boolean;
  appended_at: Date;
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

/** What waits for a program or a rate cannot be counted yet. */
const isCountable = ({ waits_for }: PurchaseRow): boolean => waits_for === null || waits_for === 'registration';

/** The members' purchases and refunds, in order, without those that cannot be counted. */
export async function loadPurchases(
  tx: Transaction,
  memberIds: readonly string[],
  counts: (row: PurchaseRow) => boolean = isCountable,
): Promise<ReadonlyMap<string, readonly PurchaseFact[]>> {
  if (memberIds.length === 0) return new Map();
  const refunds = await loadRefunds(tx, memberIds);
  const purchases = await rows<PurchaseRow>(
    tx,
    `SELECT member_id, purchase_id, purchased_at, total_minor, currency, waits_for, backfill, appended_at
       FROM purchases
      WHERE member_id = ANY ($1::text[])
      ORDER BY member_id, purchased_at, purchase_id`,
    [memberIds],
  );
  const byMember = new Map<string, PurchaseFact[]>(memberIds.map((id) => [id, []]));
  for (const row of purchases) {
    if (!counts(row)) continue;
    byMember.get(row.member_id)?.push({
      memberId: row.member_id,
      purchaseId: row.purchase_id,
      purchasedAt: row.purchased_at,
      totalMinor: row.total_minor,
      ...originOf(row),
      refunds: refunds.get(factKey(row.member_id, row.purchase_id)) ?? [],
    });
  }
  return byMember;
}

async function loadRefunds(
  tx: Transaction,
  memberIds: readonly string[],
): Promise<ReadonlyMap<string, readonly RefundFact[]>> {
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
      ...originOf(row),
    };
    const known = byPurchase.get(key);
    if (known) known.push(refund);
    else byPurchase.set(key, [refund]);
  }
  return byPurchase;
}

const originOf = ({ backfill, appended_at: loadedAt }: Readonly<{ backfill: boolean; appended_at: Date }>) =>
  backfill ? { backfill, loadedAt } : { backfill };
