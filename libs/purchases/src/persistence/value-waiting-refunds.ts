import { rows, type Transaction } from '@tessera/platform-database';
import { refundWorth, type PurchaseLine, type RefundForm } from '../refund-worth.js';

type Arrived = Readonly<{
  memberId: string;
  purchaseId: string;
  totalMinor: number;
  lines?: readonly PurchaseLine[] | undefined;
}>;
type Waiting = { refund_id: string; member_id: string; place: number; form: RefundForm };

/** Gives the refunds that came before these purchases their worth. One that names an unknown line keeps its number and is worth 0. */
export async function valueWaitingRefunds(tx: Transaction, arrived: readonly Arrived[]): Promise<void> {
  const waiting = await rows<Waiting>(
    tx,
    `SELECT r.refund_id, r.member_id, n.place::int AS place, r.form
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n(member_id, purchase_id, place)
       JOIN refunds r ON r.member_id = n.member_id AND r.purchase_id = n.purchase_id
      WHERE r.waits_for IS NOT NULL`,
    [arrived.map(({ memberId }) => memberId), arrived.map(({ purchaseId }) => purchaseId)],
  );
  const valued = waiting.flatMap(({ refund_id, member_id, place, form }) => {
    const purchase = arrived[place - 1];
    if (!purchase) return [];
    const worth = refundWorth(form, { totalMinor: purchase.totalMinor, lines: purchase.lines ?? [] });
    return [
      {
        refund_id,
        member_id,
        purchase,
        ...(typeof worth === 'number' ? { worth } : { worth: 0, code: worth.refused }),
      },
    ];
  });
  if (valued.length === 0) return;

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
