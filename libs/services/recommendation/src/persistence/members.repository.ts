import { rows, type Transaction } from '@tessera/platform-database';

/** When a member's list was last announced (null: never), and its articles, in order. */
export type Standing = Readonly<{ announcedAt: Date | null; announced: readonly string[] }>;

/** Registered members. Whoever writes has locked the members concerned. */
export class MembersRepository {
  /** Who was erased is passed over. */
  async register(
    tx: Transaction,
    members: readonly Readonly<{ memberId: string; registeredAt: string }>[],
  ): Promise<void> {
    await rows(
      tx,
      `INSERT INTO members (member_id, registered_at)
       SELECT DISTINCT ON (member_id) member_id, registered_at
         FROM unnest($1::text[], $2::timestamptz[]) AS m(member_id, registered_at)
        WHERE NOT EXISTS (SELECT FROM erased_members e WHERE e.member_id = m.member_id)
        ORDER BY member_id, registered_at
       ON CONFLICT DO NOTHING`,
      [members.map(({ memberId }) => memberId), members.map(({ registeredAt }) => registeredAt)],
    );
  }

  /** How those of the ids stand who are registered. */
  async standings(tx: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    const found = await rows<Standing & { member_id: string }>(
      tx,
      'SELECT member_id, announced_at AS "announcedAt", announced FROM members WHERE member_id = ANY ($1::text[])',
      [ids],
    );
    return new Map(found.map(({ member_id, ...standing }) => [member_id, standing]));
  }

  /** Those whose announced list has one of these articles. */
  async listing(tx: Transaction, skus: readonly string[]): Promise<readonly string[]> {
    const sql = 'SELECT member_id FROM members WHERE announced && $1::text[]';
    return (await rows<{ member_id: string }>(tx, sql, [skus])).map(({ member_id }) => member_id);
  }

  async noteAnnounced(
    tx: Transaction,
    lists: readonly Readonly<{ memberId: string; skus: readonly string[] }>[],
    at: Date,
  ): Promise<void> {
    if (lists.length === 0) return;
    await rows(
      tx,
      `UPDATE members m SET announced = ARRAY(SELECT jsonb_array_elements_text(l.skus)), announced_at = $3
         FROM unnest($1::text[], $2::jsonb[]) AS l(member_id, skus)
        WHERE m.member_id = l.member_id`,
      [lists.map(({ memberId }) => memberId), lists.map(({ skus }) => JSON.stringify(skus)), at.toISOString()],
    );
  }
}
