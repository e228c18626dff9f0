import type { SealedContact } from '@tessera/contracts';
import { rows, type Transaction } from '@tessera/platform-database';
import type { Stay } from '../domain/campaign.js';
import { type Reach, reachOf } from '../domain/reach.js';

export type StateVersion = Readonly<{ epoch: number; sequence: number }>;
type Told<Fields> = Readonly<{ memberId: string }> & StateVersion & Readonly<Fields>;
export type Item = Readonly<{ sku: string; name: string }>;

/** What a mail to a member is made of, and whether it may be sent. */
export type MemberProfile = Readonly<{
  memberId: string;
  contact: SealedContact | null;
  /** Tells one contact from the next; null without one. */
  contactVersion: StateVersion | null;
  tier: string | null;
  points: number | null;
  items: readonly Item[] | null;
  reach: Reach;
}>;

/** Of a member of whom nobody has told anything but perhaps segments. */
export const NOTHING_KNOWN: Reach = reachOf({ isErased: false, contact: 'unknown', consent: null });

type ProfileRow = {
  memberId: string;
  contact: SealedContact | null;
  contact_epoch: number | null;
  contact_sequence: number | null;
  has_no_address: boolean;
  consent: boolean | null;
  is_erased: boolean;
  tier: string | null;
  points: number | null;
  items: readonly Item[] | null;
};

/** Of a row `m`: erased, and not registered since. What others still tell of the member, as a wallet that closes, is not kept. */
const IS_ERASED = `(m.erased_epoch IS NOT NULL AND coalesce((m.registered_epoch, m.registered_sequence) < (m.erased_epoch, m.erased_sequence), true))`;

/** Local copies of what others tell of members. Whoever writes has locked the members concerned. */
export class MembersRepository {
  /** Someone erased before and registered again is a member like any other. */
  async register(tx: Transaction, told: readonly Told<unknown>[]): Promise<void> {
    await rows(
      tx,
      `INSERT INTO members (member_id, registered_epoch, registered_sequence)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
       ON CONFLICT (member_id) DO UPDATE
         SET registered_epoch = excluded.registered_epoch, registered_sequence = excluded.registered_sequence`,
      [ids(told), epochs(told), sequences(told)],
    );
  }

  /** An erasure wins over a contact of before it, even one that comes later. */
  async storeContacts(tx: Transaction, told: readonly Told<{ sealed: SealedContact }>[]): Promise<void> {
    await rows(
      tx,
      `INSERT INTO members AS m (member_id, contact_epoch, contact_sequence, contact)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::jsonb[])
       ON CONFLICT (member_id) DO UPDATE
         SET contact_epoch = excluded.contact_epoch, contact_sequence = excluded.contact_sequence,
             contact = excluded.contact, has_no_address = false
       WHERE m.erased_epoch IS NULL
          OR (m.erased_epoch, m.erased_sequence) < (excluded.contact_epoch, excluded.contact_sequence)`,
      [ids(told), epochs(told), sequences(told), told.map(({ sealed }) => JSON.stringify(sealed))],
    );
  }

  async forgetContacts(tx: Transaction, memberIds: readonly string[]): Promise<void> {
    const sql = `UPDATE members SET contact = NULL, contact_epoch = NULL, contact_sequence = NULL, has_no_address = false
                  WHERE member_id = ANY ($1::text[])`;
    await rows(tx, sql, [memberIds]);
  }

  /** What was opened held no address: nothing can be sent before another contact comes. */
  async noteWithoutAddress(tx: Transaction, memberId: string, version: StateVersion): Promise<void> {
    await rows(
      tx,
      `UPDATE members SET has_no_address = true WHERE member_id = $1 AND contact_epoch = $2 AND contact_sequence = $3`,
      [memberId, version.epoch, version.sequence],
    );
  }

  /** `consent` is the word on e-mail, null where there is none among those given. */
  async storeConsents(tx: Transaction, told: readonly Told<{ consent: boolean | null }>[]): Promise<void> {
    await rows(
      tx,
      `INSERT INTO members AS m (member_id, consent_epoch, consent_sequence, consent)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[])
       ON CONFLICT (member_id) DO UPDATE
         SET consent_epoch = excluded.consent_epoch, consent_sequence = excluded.consent_sequence, consent = excluded.consent
       WHERE m.erased_epoch IS NULL
          OR (m.erased_epoch, m.erased_sequence) < (excluded.consent_epoch, excluded.consent_sequence)`,
      [ids(told), epochs(told), sequences(told), told.map(({ consent }) => consent)],
    );
  }

  async storeTiers(tx: Transaction, told: readonly Readonly<{ memberId: string; tier: string }>[]): Promise<void> {
    await rows(
      tx,
      `INSERT INTO members AS m (member_id, tier) SELECT * FROM unnest($1::text[], $2::text[])
       ON CONFLICT (member_id) DO UPDATE SET tier = excluded.tier WHERE NOT ${IS_ERASED}`,
      [ids(told), told.map(({ tier }) => tier)],
    );
  }

  async storePoints(tx: Transaction, told: readonly Readonly<{ memberId: string; points: number }>[]): Promise<void> {
    await rows(
      tx,
      `INSERT INTO members AS m (member_id, points) SELECT * FROM unnest($1::text[], $2::bigint[])
       ON CONFLICT (member_id) DO UPDATE SET points = excluded.points WHERE NOT ${IS_ERASED}`,
      [ids(told), told.map(({ points }) => points)],
    );
  }

  async storeItems(
    tx: Transaction,
    told: readonly Readonly<{ memberId: string; items: readonly Item[] }>[],
  ): Promise<void> {
    await rows(
      tx,
      `INSERT INTO members AS m (member_id, items) SELECT * FROM unnest($1::text[], $2::jsonb[])
       ON CONFLICT (member_id) DO UPDATE SET items = excluded.items WHERE NOT ${IS_ERASED}`,
      [ids(told), told.map(({ items }) => JSON.stringify(items))],
    );
  }

  /** Forgets what was known of them before; what a later registration brought stays. */
  async erase(tx: Transaction, told: readonly Told<unknown>[]): Promise<void> {
    await rows(
      tx,
      `INSERT INTO members AS m (member_id, erased_epoch, erased_sequence)
       SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
       ON CONFLICT (member_id) DO UPDATE
         SET erased_epoch = excluded.erased_epoch, erased_sequence = excluded.erased_sequence,
             contact = CASE WHEN (m.contact_epoch, m.contact_sequence) > (excluded.erased_epoch, excluded.erased_sequence) THEN m.contact END,
             consent = CASE WHEN (m.consent_epoch, m.consent_sequence) > (excluded.erased_epoch, excluded.erased_sequence) THEN m.consent END,
             tier = NULL, points = NULL, items = NULL`,
      [ids(told), epochs(told), sequences(told)],
    );
    await rows(tx, 'DELETE FROM stays WHERE member_id = ANY ($1::text[])', [ids(told)]);
  }

  async profiles(tx: Transaction, memberIds: readonly string[]): Promise<ReadonlyMap<string, MemberProfile>> {
    const found = await rows<ProfileRow>(
      tx,
      `SELECT member_id AS "memberId", contact, contact_epoch, contact_sequence, has_no_address, consent, tier, points, items,
              ${IS_ERASED} AS is_erased
         FROM members m WHERE member_id = ANY ($1::text[])`,
      [memberIds],
    );
    return new Map(found.map((row) => [row.memberId, profileOf(row)]));
  }

  async stays(tx: Transaction, memberIds: readonly string[]): Promise<ReadonlyMap<string, readonly Stay[]>> {
    const found = await rows<Stay & { memberId: string }>(
      tx,
      `SELECT member_id AS "memberId", segment, entered_at AS "enteredAt", is_backfill AS "isBackfill", epoch
         FROM stays WHERE member_id = ANY ($1::text[]) ORDER BY segment`,
      [memberIds],
    );
    const byMember = new Map<string, Stay[]>(memberIds.map((memberId) => [memberId, []]));
    for (const { memberId, ...stay } of found) byMember.get(memberId)?.push(stay);
    return byMember;
  }

  async replaceStays(tx: Transaction, stays: ReadonlyMap<string, readonly Stay[]>): Promise<void> {
    const flat = [...stays].flatMap(([memberId, ofMember]) => ofMember.map((stay) => ({ memberId, ...stay })));
    await rows(tx, 'DELETE FROM stays WHERE member_id = ANY ($1::text[])', [[...stays.keys()]]);
    await rows(
      tx,
      `INSERT INTO stays (segment, member_id, entered_at, is_backfill, epoch)
       SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[], $5::bigint[])`,
      [
        flat.map(({ segment }) => segment),
        flat.map(({ memberId }) => memberId),
        flat.map(({ enteredAt }) => enteredAt.toISOString()),
        flat.map(({ isBackfill }) => isBackfill),
        flat.map(({ epoch }) => epoch),
      ],
    );
  }
}

const ids = (told: readonly Readonly<{ memberId: string }>[]) => told.map(({ memberId }) => memberId);
const epochs = (told: readonly StateVersion[]) => told.map(({ epoch }) => epoch);
const sequences = (told: readonly StateVersion[]) => told.map(({ sequence }) => sequence);

function profileOf(row: ProfileRow): MemberProfile {
  const { memberId, contact, contact_epoch: epoch, contact_sequence: sequence, tier, points, items } = row;
  const state = contact === null ? 'unknown' : row.has_no_address ? 'without-address' : 'sealed';
  const reach = reachOf({ isErased: row.is_erased, contact: state, consent: row.consent });
  const contactVersion = epoch === null || sequence === null ? null : { epoch, sequence };
  return { memberId, contact, contactVersion, tier, points, items, reach };
}
