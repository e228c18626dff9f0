import { rows, type Transaction } from '@tessera/platform-database';
import type { Message, MessageState } from '../domain/message.js';

type Page = Readonly<{ limit: number; before?: string | undefined }>;

const COLUMNS = `message_id AS "messageId", campaign_id AS "campaignId", member_id AS "memberId", template_id AS template,
  template_version AS "templateVersion", state, reason, attempts, doubts, deferrals, claimable_at AS "claimableAt",
  lease_holder AS "leaseHolder", rfc_message_id AS "rfcMessageId", traceparent,
  created_at AS "createdAt", changed_at AS "changedAt"`;

/** The send ledger. Whoever writes has locked the members concerned. */
export class MessagesRepository {
  /** Writes messages as they are now, new ones and those there are. */
  async store(tx: Transaction, messages: readonly Message[]): Promise<void> {
    await rows(
      tx,
      `INSERT INTO messages (message_id, campaign_id, member_id, template_id, template_version, state, reason, attempts, doubts,
                             deferrals, claimable_at, lease_holder, rfc_message_id, created_at, changed_at, traceparent)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::int[], $9::int[],
                            $10::int[], $11::timestamptz[], $12::uuid[], $13::text[], $14::timestamptz[], $15::timestamptz[],
                            $16::text[])
       ON CONFLICT (message_id) DO UPDATE
         SET template_version = excluded.template_version, state = excluded.state, reason = excluded.reason,
             attempts = excluded.attempts, doubts = excluded.doubts, deferrals = excluded.deferrals,
             claimable_at = excluded.claimable_at, lease_holder = excluded.lease_holder, changed_at = excluded.changed_at`,
      [
        messages.map(({ messageId }) => messageId),
        messages.map(({ campaignId }) => campaignId),
        messages.map(({ memberId }) => memberId),
        messages.map(({ template }) => template),
        messages.map(({ templateVersion }) => templateVersion),
        messages.map(({ state }) => state),
        messages.map(({ reason }) => reason),
        messages.map(({ attempts }) => attempts),
        messages.map(({ doubts }) => doubts),
        messages.map(({ deferrals }) => deferrals),
        messages.map(({ claimableAt }) => claimableAt?.toISOString() ?? null),
        messages.map(({ leaseHolder }) => leaseHolder),
        messages.map(({ rfcMessageId }) => rfcMessageId),
        messages.map(({ createdAt }) => createdAt.toISOString()),
        messages.map(({ changedAt }) => changedAt.toISOString()),
        messages.map(({ traceparent }) => traceparent),
      ],
    );
  }

  /** The messages of each of these members; of one without any, an empty list. */
  async ofMembers(tx: Transaction, memberIds: readonly string[]): Promise<ReadonlyMap<string, readonly Message[]>> {
    const sql = `SELECT ${COLUMNS} FROM messages WHERE member_id = ANY ($1::text[]) ORDER BY message_id`;
    const byMember = new Map<string, Message[]>(memberIds.map((memberId) => [memberId, []]));
    for (const message of await rows<Message>(tx, sql, [memberIds])) byMember.get(message.memberId)?.push(message);
    return byMember;
  }

  byIds(tx: Transaction, messageIds: readonly string[]): Promise<Message[]> {
    const sql = `SELECT ${COLUMNS} FROM messages WHERE message_id = ANY ($1::uuid[]) ORDER BY message_id`;
    return rows<Message>(tx, sql, [messageIds]);
  }

  /**
   * Picks claimable messages of running campaigns and locks their members, leaving those whom someone else holds. Must come after the
   * shared lock on reference data; what is picked is to be read again, for only the locks make it certain.
   */
  pickClaimable(tx: Transaction, limit: number): Promise<{ messageId: string; memberId: string }[]> {
    return rows(
      tx,
      `SELECT m.message_id AS "messageId", m.member_id AS "memberId"
         FROM messages m
         JOIN campaigns c ON c.campaign_id = m.campaign_id
         JOIN subjects s ON s.subject = m.member_id
        WHERE m.claimable_at <= (SELECT clock_timestamp()) AND c.state = 'running'
        ORDER BY m.claimable_at LIMIT $1
          FOR UPDATE OF s SKIP LOCKED FOR SHARE OF c`,
      [limit],
    );
  }

  /** Messages that are on their way: to be claimed, claimed or being sent, except those of stopped campaigns. */
  async countOnTheirWay(tx: Transaction): Promise<number> {
    const [found] = await rows<{ count: number }>(
      tx,
      `SELECT count(*) FROM messages m JOIN campaigns c ON c.campaign_id = m.campaign_id
        WHERE m.claimable_at IS NOT NULL AND c.state = 'running'`,
    );
    return found?.count ?? 0;
  }

  async counts(tx: Transaction): Promise<ReadonlyMap<MessageState, number>> {
    const found = await rows<{ state: MessageState; count: number }>(
      tx,
      'SELECT state, count(*) FROM messages GROUP BY state',
    );
    return new Map(found.map(({ state, count }) => [state, count]));
  }

  ofCampaign(
    tx: Transaction,
    campaignId: string,
    { limit, before, state }: Page & Readonly<{ state?: MessageState | undefined }>,
  ): Promise<Message[]> {
    return rows<Message>(
      tx,
      `SELECT ${COLUMNS} FROM messages
        WHERE campaign_id = $1 AND ($3::uuid IS NULL OR message_id < $3) AND ($4::text IS NULL OR state = $4)
        ORDER BY message_id DESC LIMIT $2`,
      [campaignId, limit, before ?? null, state ?? null],
    );
  }

  ofMember(tx: Transaction, memberId: string, { limit, before }: Page): Promise<Message[]> {
    return rows<Message>(
      tx,
      `SELECT ${COLUMNS} FROM messages
        WHERE member_id = $1 AND ($3::uuid IS NULL OR message_id < $3) ORDER BY message_id DESC LIMIT $2`,
      [memberId, limit, before ?? null],
    );
  }
}
