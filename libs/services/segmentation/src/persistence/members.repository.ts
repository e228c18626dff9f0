import { rows, type Transaction } from '@tessera/platform-database';
import type { MemberStanding, Stay } from '../domain/placement.js';
import type { Cause } from '../domain/turn.js';

export type Standing = Omit<MemberStanding, 'purchases'>;
export type SegmentMember = Readonly<{ memberId: string; version: number; enteredAt: Date; cause: Cause }>;
export type EndedStay = Readonly<{ segment: string; version: number }>;
export type Moves = Readonly<{
  entered: readonly Readonly<{ memberId: string; stay: Stay }>[];
  left: readonly Readonly<{ memberId: string; segment: string }>[];
}>;

type StandingRow = { member_id: string; registered_at: Date; evaluated_basis: number | null } & (
  | { segment_id: null }
  | { segment_id: string; segment_version: number; entered_at: Date; cause: Cause; backfill: boolean }
);

/** Registered members and the segments each is in; and who was erased, of whom nobody is registered. Whoever writes has locked the members concerned. */
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

  /**
   * How those of the ids stand who are registered. `OFFSET 0` keeps it a look-up a member: of as many members as a batch brings, a plain join
   * reads all stays that there are as soon as the planner thinks that cheaper, which it is not.
   */
  async standings(tx: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    const found = await rows<StandingRow>(
      tx,
      `SELECT m.member_id, m.registered_at, m.evaluated_basis, s.segment_id, s.segment_version, s.entered_at, s.cause,
              coalesce(s.backfill, (s.cause->>'backfill')::boolean, false) AS backfill
         FROM members m
         LEFT JOIN LATERAL (SELECT * FROM segment_members WHERE member_id = m.member_id OFFSET 0) s ON true
        WHERE m.member_id = ANY ($1::text[])`,
      [ids],
    );
    const standings = new Map<string, Standing & { stays: Stay[] }>();
    for (const row of found) {
      const { member_id: memberId, registered_at: registeredAt, evaluated_basis: evaluatedBasis } = row;
      const standing = standings.get(memberId) ?? { registeredAt, evaluatedBasis, stays: [] };
      standings.set(memberId, standing);
      if (row.segment_id === null) continue;
      const { segment_id: segment, segment_version: version, entered_at: enteredAt, cause, backfill } = row;
      standing.stays.push({ segment, version, enteredAt, cause, backfill });
    }
    return standings;
  }

  /** They are no members any more, known to have been or not. Repeats change nothing. Answers the stays that this ends. */
  async erase(tx: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, readonly EndedStay[]>> {
    await rows(tx, 'INSERT INTO erased_members (member_id) SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING', [
      ids,
    ]);
    await rows(tx, 'DELETE FROM members WHERE member_id = ANY ($1::text[])', [ids]);
    const ended = await rows<EndedStay & { memberId: string }>(
      tx,
      `DELETE FROM segment_members WHERE member_id = ANY ($1::text[])
       RETURNING member_id AS "memberId", segment_id AS segment, segment_version AS version`,
      [ids],
    );
    const byMember = new Map<string, EndedStay[]>();
    for (const { memberId, ...stay } of ended.sort((a, b) => (a.segment < b.segment ? -1 : 1))) {
      byMember.set(memberId, [...(byMember.get(memberId) ?? []), stay]);
    }
    return byMember;
  }

  /** Those of the ids who were erased. */
  async erased(tx: Transaction, ids: readonly string[]): Promise<readonly string[]> {
    const sql = 'SELECT member_id FROM erased_members WHERE member_id = ANY ($1::text[])';
    return (await rows<{ member_id: string }>(tx, sql, [ids])).map(({ member_id }) => member_id);
  }

  async move(tx: Transaction, { entered, left }: Moves): Promise<void> {
    if (entered.length === 0 && left.length === 0) return;
    await rows(
      tx,
      `WITH gone AS (
         DELETE FROM segment_members s USING unnest($1::text[], $2::text[]) AS l(segment_id, member_id)
          WHERE s.segment_id = l.segment_id AND s.member_id = l.member_id
       )
       INSERT INTO segment_members (segment_id, member_id, segment_version, entered_at, cause, backfill)
       SELECT * FROM unnest($3::text[], $4::text[], $5::int[], $6::timestamptz[], $7::jsonb[], $8::boolean[])`,
      [
        left.map(({ segment }) => segment),
        left.map(({ memberId }) => memberId),
        entered.map(({ stay }) => stay.segment),
        entered.map(({ memberId }) => memberId),
        entered.map(({ stay }) => stay.version),
        entered.map(({ stay }) => stay.enteredAt.toISOString()),
        entered.map(({ stay }) => JSON.stringify(stay.cause)),
        entered.map(({ stay }) => stay.backfill),
      ],
    );
  }

  /** Notes on which basis these members were derived: what is new in a later one is then known to be new to them. */
  async noteEvaluated(tx: Transaction, ids: readonly string[], basis: number): Promise<void> {
    if (ids.length === 0) return;
    await rows(tx, 'UPDATE members SET evaluated_basis = $2 WHERE member_id = ANY ($1::text[])', [ids, basis]);
  }

  /** Ids of registered members, in order. */
  async ids(
    tx: Transaction,
    { limit, after }: Readonly<{ limit: number; after?: string }>,
  ): Promise<readonly string[]> {
    const sql = 'SELECT member_id FROM members WHERE $2::text IS NULL OR member_id > $2 ORDER BY member_id LIMIT $1';
    return (await rows<{ member_id: string }>(tx, sql, [limit, after ?? null])).map(({ member_id }) => member_id);
  }

  inSegment(
    tx: Transaction,
    segment: string,
    { limit, after }: Readonly<{ limit: number; after?: string }>,
  ): Promise<SegmentMember[]> {
    return rows<SegmentMember>(
      tx,
      `SELECT member_id AS "memberId", segment_version AS version, entered_at AS "enteredAt", cause
         FROM segment_members
        WHERE segment_id = $1 AND ($3::text IS NULL OR member_id > $3) ORDER BY member_id LIMIT $2`,
      [segment, limit, after ?? null],
    );
  }

  /** Members of each segment there is, also of those without any. */
  async counts(tx: Transaction): Promise<ReadonlyMap<string, number>> {
    const found = await rows<{ segment: string; count: number }>(
      tx,
      `SELECT d.segment_id AS segment, count(s.member_id) AS count
         FROM segment_definitions d LEFT JOIN segment_members s ON s.segment_id = d.segment_id
        WHERE d.removed_at IS NULL GROUP BY d.segment_id ORDER BY d.segment_id`,
    );
    return new Map(found.map(({ segment, count }) => [segment, count]));
  }
}
