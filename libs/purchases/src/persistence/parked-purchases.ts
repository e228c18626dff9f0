import { rows, type Transaction } from '@tessera/platform-database';
import type { ParkedFact, ParkedSummary } from '@tessera/platform-messaging';

/** Counts what waits, by what it waits for. `oldestAt` is when the log took the oldest. */
export async function summariseParked(tx: Transaction): Promise<readonly ParkedSummary[]> {
  return rows<ParkedSummary>(
    tx,
    `SELECT waits_for AS "waitsFor", count(*)::int AS count, min(appended_at) AS "oldestAt"
       FROM (SELECT waits_for, appended_at FROM purchases WHERE waits_for IS NOT NULL
             UNION ALL
             SELECT waits_for, appended_at FROM refunds WHERE waits_for IS NOT NULL) parked
      GROUP BY waits_for ORDER BY waits_for`,
  );
}

/** A page of what waits, by (kind, id, memberId). */
export async function listParked(
  tx: Transaction,
  { limit, after }: Readonly<{ limit: number; after?: ParkedFact }>,
): Promise<readonly ParkedFact[]> {
  return rows<ParkedFact>(
    tx,
    `SELECT kind, id, member_id AS "memberId", waits_for AS "waitsFor", appended_at AS since
       FROM (SELECT 'purchase' AS kind, purchase_id AS id, member_id, waits_for, appended_at
               FROM purchases WHERE waits_for IS NOT NULL
             UNION ALL
             SELECT 'refund', refund_id, member_id, waits_for, appended_at FROM refunds WHERE waits_for IS NOT NULL) parked
      WHERE $2::text IS NULL OR (kind, id, member_id) > ($2, $3, $4)
      ORDER BY kind, id, member_id
      LIMIT $1`,
    [limit, after?.kind ?? null, after?.id ?? null, after?.memberId ?? null],
  );
}
