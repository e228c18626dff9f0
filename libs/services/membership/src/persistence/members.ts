import { rows, type Transaction } from '@tessera/platform-database';
import { MemberEntity } from './member.entity.js';

/** A member in a list; `tier` is null while there is no program. */
export type ListedMember = { memberId: string; registeredAt: Date; erasedAt: Date | null; tier: string | null };

type ListQuery = Readonly<{
  limit: number;
  after: string | null;
  tier: string | null;
  /** Tiers of members whose stored one is overdue. */
  overdue: ReadonlyMap<string, string>;
}>;

export class Members {
  find(tx: Transaction, memberId: string): Promise<MemberEntity | null> {
    return tx.findOneBy(MemberEntity, { memberId });
  }

  /** Which of these are members. */
  async registered(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await rows<{ member_id: string }>(
      tx,
      'SELECT member_id FROM members WHERE member_id = ANY ($1::text[]) ORDER BY member_id',
      [ids],
    );
    return new Set(found.map(({ member_id }) => member_id));
  }

  /** Which of these were erased. They count as members still: what they bought stays under their number. */
  async erased(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await rows<{ member_id: string }>(
      tx,
      'SELECT member_id FROM members WHERE erased_at IS NOT NULL AND member_id = ANY ($1::text[])',
      [ids],
    );
    return new Set(found.map(({ member_id }) => member_id));
  }

  async erase(tx: Transaction, memberId: string, erasedAt: Date): Promise<void> {
    await tx.update(MemberEntity, { memberId }, { erasedAt });
  }

  /** Adds those that are no members yet, and answers them. The caller has locked them all. */
  async add(tx: Transaction, ids: readonly string[], registeredAt: Date): Promise<readonly string[]> {
    const added = await rows<{ member_id: string }>(
      tx,
      `INSERT INTO members (member_id, registered_at) SELECT unnest($1::text[]), $2
       ON CONFLICT DO NOTHING RETURNING member_id`,
      [ids, registeredAt.toISOString()],
    );
    return added.map(({ member_id }) => member_id);
  }

  /** Members by id, those after a given one, those of a tier. */
  list(tx: Transaction, { limit, after, tier, overdue }: ListQuery): Promise<ListedMember[]> {
    return rows<ListedMember>(
      tx,
      `WITH overdue AS MATERIALIZED (SELECT * FROM unnest($4::text[], $5::text[]) AS o(member_id, tier))
       SELECT m.member_id AS "memberId", m.registered_at AS "registeredAt", m.erased_at AS "erasedAt",
              coalesce(o.tier, h.tier) AS tier
         FROM members m
         LEFT JOIN tier_histories h ON h.member_id = m.member_id
         LEFT JOIN overdue o ON o.member_id = m.member_id
        WHERE ($2::text IS NULL OR m.member_id > $2) AND ($3::text IS NULL OR coalesce(o.tier, h.tier) = $3)
        ORDER BY m.member_id
        LIMIT $1`,
      [limit, after, tier, [...overdue.keys()], [...overdue.values()]],
    );
  }

  count(tx: Transaction): Promise<number> {
    return tx.count(MemberEntity);
  }
}
