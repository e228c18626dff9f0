import { rows, type Transaction } from '@tessera/platform-database';
import { type Contact, CONTACT_FIELDS } from '../domain/contact.js';

type Row = { member_id: string } & Record<keyof Contact, string | null>;

/** Members' contacts in clear, for which this service is of record. `key_id` is the key under which they were published last. */
export class Contacts {
  /** Of those who ever had one; all fields may have been taken out of it since. `notUnder`: only those not published under this key. */
  async load(
    tx: Transaction,
    memberIds: readonly string[],
    { notUnder = null }: Readonly<{ notUnder?: string | null }> = {},
  ): Promise<ReadonlyMap<string, Contact>> {
    const found = await rows<Row>(
      tx,
      `SELECT member_id, name, email, phone, language FROM member_contacts
        WHERE member_id = ANY ($1::text[]) AND ($2::text IS NULL OR key_id IS DISTINCT FROM $2)`,
      [memberIds, notUnder],
    );
    return new Map(found.map((row) => [row.member_id, toContact(row)]));
  }

  /** `keyId` is null where there is no key to publish under. */
  async save(tx: Transaction, contacts: ReadonlyMap<string, Contact>, keyId: string | null): Promise<void> {
    const saved = [...contacts.values()];
    await rows(
      tx,
      `INSERT INTO member_contacts (member_id, name, email, phone, language, key_id)
       SELECT u.*, $6 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS u
       ON CONFLICT (member_id) DO UPDATE SET name = EXCLUDED.name, email = EXCLUDED.email, phone = EXCLUDED.phone,
                                             language = EXCLUDED.language, key_id = EXCLUDED.key_id`,
      [[...contacts.keys()], ...CONTACT_FIELDS.map((field) => saved.map((contact) => contact[field] ?? null)), keyId],
    );
  }

  /** Whether there was one. */
  async remove(tx: Transaction, memberId: string): Promise<boolean> {
    const removed = await rows(tx, 'DELETE FROM member_contacts WHERE member_id = $1 RETURNING member_id', [memberId]);
    return removed.length > 0;
  }

  /** Members by id, after one, whose contact was published last under another key, or never. */
  async idsNotUnder(
    tx: Transaction,
    keyId: string,
    { after, limit }: Readonly<{ after: string; limit: number }>,
  ): Promise<readonly string[]> {
    const found = await rows<{ member_id: string }>(
      tx,
      `SELECT member_id FROM member_contacts WHERE member_id > $2 AND key_id IS DISTINCT FROM $1
        ORDER BY member_id LIMIT $3`,
      [keyId, after, limit],
    );
    return found.map(({ member_id }) => member_id);
  }
}

function toContact(row: Row): Contact {
  return Object.fromEntries(CONTACT_FIELDS.flatMap((field) => (row[field] === null ? [] : [[field, row[field]]])));
}
