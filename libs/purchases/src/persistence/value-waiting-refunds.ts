import { rows, type Transaction } from '@tessera/platform-database';
import { compareRefunds } from '../order.js';
import type { RefundFact } from '../purchase-fact.js';
import { refundWorth, type PurchaseLine, type RefundForm } from '../refund-worth.js';
import { factKey } from './identity.js';

type Arrived = Readonly<{
  memberId: string;
  purchaseId: string;
  totalMinor: number;
  lines?: readonly PurchaseLine[] | undefined;
}>;
type Waiting = {
  refund_id: string;
  member_id: string;
  refunded_at: Date;
  backfill: boolean;
  place: number;
  form: RefundForm;
};

/**
 * Gives the refunds that came before these purchases their worth, and answers those that count, by their purchase's `factKey`. One
 * that names an unknown line keeps its number and is worth 0.
 */
export async function valueWaitingRefunds(
  tx: Transaction,
  arrived: readonly Arrived[],
): Promise<ReadonlyMap<string, readonly RefundFact[]>> {
  const waiting = await rows<Waiting>(
    tx,
    `SELECT r.refund_id, r.member_id, r.refunded_at, r.backfill, n.place::int AS place, r.form
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n(member_id, purchase_id, place)
       JOIN refunds r ON r.member_id = n.member_id AND r.purchase_id = n.purchase_id
      WHERE r.waits_for IS NOT NULL`,
    [arrived.map(({ memberId }) => memberId), arrived.map(({ purchaseId }) => purchaseId)],
  );
  const valued = waiting.flatMap(({ refund_id, member_id, refunded_at, backfill, place, form }) => {
    const purchase = arrived[place - 1];
    if (!purchase) return [];
    const worth = refundWorth(form, { totalMinor: purchase.totalMinor, lines: purchase.lines ?? [] });
    return [
      {
        refund_id,
        member_id,
        purchase,
        refundedAt: refunded_at,
        backfill,
        ...(typeof worth === 'number' ? { worth } : { worth: 0, code: worth.refused }),
      },
    ];
  });
  if (valued.length === 0) return new Map();

  await rows(
    tx,
    `UPDATE refunds r SET amount_minor = v.amount, refused_code = v.code, waits_for = NULL
       FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS v(refund_id, member_id, amount, code)
      WHERE r.refund_id = v.refund_id AND r.member_id = v.member_id`,
    [
      valued.map(({ refund_id }) => refund_id),
      valued.map(({ member_id }) => member_id),
      valued.map(({ worth }) => worth),
      valued.map((value) => ('code' in value ? value.code : null)),
    ],
  );
  await addRefunded(
    tx,
    valued.map(({ purchase: { memberId, purchaseId }, worth }) => ({ memberId, purchaseId, amountMinor: worth })),
  );
  return byPurchase(
    valued.flatMap(({ refund_id: refundId, purchase, worth: amountMinor, refundedAt, backfill, ...rest }) =>
      'code' in rest ? [] : [{ purchase, refund: { refundId, refundedAt, amountMinor, backfill } }],
    ),
  );
}

function byPurchase(
  refunds: readonly Readonly<{ purchase: Arrived; refund: RefundFact }>[],
): ReadonlyMap<string, readonly RefundFact[]> {
  const found = new Map<string, RefundFact[]>();
  for (const { purchase, refund } of refunds) {
    const key = factKey(purchase.memberId, purchase.purchaseId);
    const known = found.get(key);
    if (known) known.push(refund);
    else found.set(key, [refund]);
  }
  for (const each of found.values()) each.sort(compareRefunds);
  return found;
}

/** Adds to what is refunded of purchases: cut at the largest safe integer, as it may exceed the total. */
export async function addRefunded(
  tx: Transaction,
  refunds: readonly Readonly<{ memberId: string; purchaseId: string; amountMinor: number }>[],
): Promise<void> {
  await rows(
    tx,
    `UPDATE purchases p SET refunded_minor = least(p.refunded_minor + u.amount, ${Number.MAX_SAFE_INTEGER})
       FROM (SELECT member_id, purchase_id, least(sum(amount), ${Number.MAX_SAFE_INTEGER})::bigint AS amount
               FROM unnest($1::text[], $2::text[], $3::bigint[]) AS n(member_id, purchase_id, amount)
              GROUP BY member_id, purchase_id) u
      WHERE p.purchase_id = u.purchase_id AND p.member_id = u.member_id AND u.amount > 0`,
    [
      refunds.map(({ memberId }) => memberId),
      refunds.map(({ purchaseId }) => purchaseId),
      refunds.map(({ amountMinor }) => amountMinor),
    ],
  );
}
