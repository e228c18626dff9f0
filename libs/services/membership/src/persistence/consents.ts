import { rows, type Transaction } from '@tessera/platform-database';
import type { Channel, Word, Words } from '../domain/consents.js';

type Row = { member_id: string; channel: Channel; granted: boolean; changed_at: Date };

/** The last word of each member on each channel they were asked about. */
export class Consents {
  /** Every id has an entry; channels in alphabetical order. */
  async load(tx: Transaction, memberIds: readonly string[]): Promise<ReadonlyMap<string, Words>> {
    const found = await rows<Row>(
      tx,
      `SELECT member_id, channel, granted, changed_at FROM member_consents
        WHERE member_id = ANY ($1::text[]) ORDER BY channel`,
      [memberIds],
    );
    const byMember = new Map(memberIds.map((id) => [id, new Map<Channel, Word>()]));
    for (const { member_id, channel, granted, changed_at } of found) {
      byMember.get(member_id)?.set(channel, { granted, changedAt: changed_at });
    }
    return byMember;
  }

  async save(tx: Transaction, words: ReadonlyMap<string, Words>): Promise<void> {
    const saved = [...words].flatMap(([memberId, ofMember]) =>
      [...ofMember].map(([channel, word]) => ({ memberId, channel, ...word })),
    );
    await rows(
      tx,
      `INSERT INTO member_consents (member_id, channel, granted, changed_at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[], $4::timestamptz[])
       ON CONFLICT (member_id, channel) DO UPDATE SET granted = EXCLUDED.granted, changed_at = EXCLUDED.changed_at`,
      [
        saved.map(({ memberId }) => memberId),
        saved.map(({ channel }) => channel),
        saved.map(({ granted }) => granted),
        saved.map(({ changedAt }) => changedAt.toISOString()),
      ],
    );
  }
}
