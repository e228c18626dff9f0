import { rows, type Transaction } from '@tessera/platform-database';
import { MemberErased, UnknownMember } from '../domain/errors.js';

export type Registration = Readonly<{ memberId: string; registeredAt: string }>;
export type Erasure = Readonly<{ memberId: string; erasedAt: string }>;
export type ToldHistory = Readonly<{
  memberId: string;
  history: readonly Readonly<{ effectiveAt: string; afterPurchaseId: string | null; tier: string }>[];
}>;

/** Local copies of what membership tells: who is a member, who was erased, and which tiers each had when. No member is erased too. */
export class MembersRepository {
  /** A batch may tell of one member several times; the last holds. Who was erased is passed over. */
  async storeRegistrations(tx: Transaction, registrations: readonly Registration[]): Promise<void> {
    const last = new Map(registrations.map((one) => [one.memberId, one.registeredAt]));
    await rows(
      tx,
      `INSERT INTO members (member_id, registered_at)
       SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS told(member_id, registered_at) WHERE ${NOT_ERASED}
       ON CONFLICT (member_id) DO UPDATE SET registered_at = excluded.registered_at`,
      [[...last.keys()], [...last.values()]],
    );
  }

  async storeHistories(tx: Transaction, told: readonly ToldHistory[]): Promise<void> {
    const last = new Map(told.map((one) => [one.memberId, JSON.stringify(one.history)]));
    await rows(
      tx,
      `INSERT INTO tier_histories (member_id, entries)
       SELECT * FROM unnest($1::text[], $2::jsonb[]) AS told(member_id, entries) WHERE ${NOT_ERASED}
       ON CONFLICT (member_id) DO UPDATE SET entries = excluded.entries`,
      [[...last.keys()], [...last.values()]],
    );
  }

  /** They are no members any more, known to have been or not. Repeats change nothing. */
  async erase(tx: Transaction, erasures: readonly Erasure[]): Promise<void> {
    const memberIds = erasures.map(({ memberId }) => memberId);
    await rows(
      tx,
      `INSERT INTO erased_members (member_id, erased_at) SELECT * FROM unnest($1::text[], $2::timestamptz[])
       ON CONFLICT DO NOTHING`,
      [memberIds, erasures.map(({ erasedAt }) => erasedAt)],
    );
    await rows(tx, 'DELETE FROM tier_histories WHERE member_id = ANY ($1::text[])', [memberIds]);
    await rows(tx, 'DELETE FROM members WHERE member_id = ANY ($1::text[])', [memberIds]);
  }

  /** Throws UnknownMember, MemberErased. Without a lock the member may be erased a moment later. */
  async require(tx: Transaction, memberId: string): Promise<void> {
    const [known] = await rows<{ is_erased: boolean }>(
      tx,
      `SELECT false AS is_erased FROM members WHERE member_id = $1
        UNION ALL SELECT true FROM erased_members WHERE member_id = $1`,
      [memberId],
    );
    if (!known) throw new UnknownMember(memberId);
    if (known.is_erased) throw new MemberErased(memberId);
  }
}

const NOT_ERASED = 'NOT EXISTS (SELECT FROM erased_members e WHERE e.member_id = told.member_id)';
