import type { TierChanged } from '@tessera/contracts';
import { rows, type Transaction } from '@tessera/platform-database';

export type StoredTier = Readonly<{ tier: string; entries: TierChanged['history']; dueAt: Date | null }>;

type Row = { member_id: string; tier: string; entries: TierChanged['history']; due_at: Date | null };

/** A member's tier and history as published last. `dueAt`: from then on the stored tier is no longer true. */
export class TierHistories {
  async load(tx: Transaction, memberIds: readonly string[]): Promise<ReadonlyMap<string, StoredTier>> {
    const found = await rows<Row>(
      tx,
      'SELECT member_id, tier, entries, due_at FROM tier_histories WHERE member_id = ANY ($1::text[])',
      [memberIds],
    );
    return new Map(found.map(({ member_id, due_at, ...rest }) => [member_id, { ...rest, dueAt: due_at }]));
  }

  async save(tx: Transaction, tiers: ReadonlyMap<string, StoredTier>): Promise<void> {
    if (tiers.size === 0) return;
    const saved = [...tiers.values()];
    await rows(
      tx,
      `INSERT INTO tier_histories (member_id, tier, entries, due_at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::timestamptz[])
       ON CONFLICT (member_id) DO UPDATE SET tier = EXCLUDED.tier, entries = EXCLUDED.entries, due_at = EXCLUDED.due_at`,
      [
        [...tiers.keys()],
        saved.map(({ tier }) => tier),
        saved.map(({ entries }) => JSON.stringify(entries)),
        saved.map(({ dueAt }) => dueAt?.toISOString() ?? null),
      ],
    );
  }

  /** Members whose stored tier no longer holds at `now`: the background refresh has not come to them yet. */
  async overdue(tx: Transaction, now: Date): Promise<readonly Readonly<{ memberId: string; tier: string }>[]> {
    return rows<{ memberId: string; tier: string }>(
      tx,
      'SELECT member_id AS "memberId", tier FROM tier_histories WHERE due_at <= $1 ORDER BY member_id',
      [now.toISOString()],
    );
  }

  /** Members by stored tier. */
  async counts(tx: Transaction): Promise<ReadonlyMap<string, number>> {
    const found = await rows<{ tier: string; count: number }>(
      tx,
      'SELECT tier, count(*) AS count FROM tier_histories GROUP BY tier',
    );
    return new Map(found.map(({ tier, count }) => [tier, count]));
  }
}
