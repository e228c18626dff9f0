import { rows, type Transaction } from '@tessera/platform-database';
import { UnknownMember } from '../domain/errors.js';

export type Registration = Readonly<{ memberId: string; registeredAt: string }>;
export type ToldHistory = Readonly<{
  memberId: string;
  history: readonly Readonly<{ effectiveAt: string; afterPurchaseId: string | null; tier: string }>[];
}>;

/** Local copies of what membership tells: who is a member, and which tiers each had when. */
export class MembersRepository {
  /** A batch may tell of one member several times; the last holds. */
  async storeRegistrations(tx: Transaction, registrations: readonly Registration[]): Promise<void> {
    const last = new Map(registrations.map((one) => [one.memberId, one.registeredAt]));
    await rows(
      tx,
      `INSERT INTO members (member_id, registered_at) SELECT * FROM unnest($1::text[], $2::timestamptz[])
       ON CONFLICT (member_id) DO UPDATE SET registered_at = excluded.registered_at`,
      [[...last.keys()], [...last.values()]],
    );
  }

  async storeHistories(tx: Transaction, told: readonly ToldHistory[]): Promise<void> {
    const last = new Map(told.map((one) => [one.memberId, JSON.stringify(one.history)]));
    await rows(
      tx,
      `INSERT INTO tier_histories (member_id, entries) SELECT * FROM unnest($1::text[], $2::jsonb[])
       ON CONFLICT (member_id) DO UPDATE SET entries = excluded.entries`,
      [[...last.keys()], [...last.values()]],
    );
  }

  /** Throws UnknownMember. Registrations are never taken back, so what is found stays true without a lock. */
  async require(tx: Transaction, memberId: string): Promise<void> {
    const found = await rows(tx, 'SELECT FROM members WHERE member_id = $1', [memberId]);
    if (found.length === 0) throw new UnknownMember(memberId);
  }
}
