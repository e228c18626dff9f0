import pg from 'pg';
import { MailUnknown } from './errors.js';
import type { Envelope } from './read-mail.js';

/** One mail in one recipient's box. `copies` counts how often it came: more than once if a sender was unsure and sent it again. */
export type ListedMail = Readonly<{
  mailId: string;
  messageId: string;
  to: string;
  from: string;
  subject: string;
  receivedAt: string;
  copies: number;
}>;

export type MailFilter = Readonly<{ to: string | null; before: string | null; limit: number }>;

type Row = Readonly<{
  mail_id: string;
  message_id: string;
  recipient: string;
  sender: string;
  subject: string;
  received_at: Date;
  copies: number;
}>;

export const MAILS_MAX = 100_000;
const PRUNE_EVERY = 1_000;
const STATEMENT_MS_MAX = 10_000;

/** Ids grow with the time of arrival. Text is compared bytewise: the embedded database has no other collation. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS mails (
    mail_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id text COLLATE "C" NOT NULL,
    recipient text COLLATE "C" NOT NULL,
    sender text NOT NULL,
    subject text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    copies integer NOT NULL DEFAULT 1,
    raw bytea NOT NULL,
    UNIQUE (message_id, recipient)
  );
  CREATE INDEX IF NOT EXISTS mails_of_recipient ON mails (recipient, mail_id);
  CREATE TABLE IF NOT EXISTS forgotten (one boolean PRIMARY KEY DEFAULT true CHECK (one), mails bigint NOT NULL);
  INSERT INTO forgotten (mails) VALUES (0) ON CONFLICT DO NOTHING`;

/** As text, whatever the process has told the driver to make of large integers. */
const LISTED = 'mail_id::text AS mail_id, message_id, recipient, sender, subject, received_at, copies';

/** The mails themselves, durable once `keep` resolves. */
export class MailStore {
  private sinceLastPruned = 0;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly mailsMax: number,
  ) {}

  /** Makes its tables if they are not there. `report` is told of connections that break while nobody uses them. */
  static async open(
    databaseUrl: string,
    report: (error: Error) => void,
    mailsMax: number = MAILS_MAX,
  ): Promise<MailStore> {
    const pool = new pg.Pool({
      connectionString: databaseUrl,
      max: 4,
      connectionTimeoutMillis: STATEMENT_MS_MAX,
      statement_timeout: STATEMENT_MS_MAX,
      application_name: 'tessera-mailbox',
    });
    pool.on('error', report);
    pool.on('connect', (client) => client.on('error', () => undefined));
    try {
      await pool.query(SCHEMA);
      const store = new MailStore(pool, mailsMax);
      await store.prune();
      return store;
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  /** Folds by Message-ID and recipient: of a repeated mail the first one stays, and is counted. */
  async keep({ messageId, from, subject }: Envelope, recipients: readonly string[], raw: Buffer): Promise<void> {
    // In one order, so that two copies at the same time do not wait for each other.
    const boxes = [...new Set(recipients.map(boxOf))].sort();
    await this.pool.query(
      `INSERT INTO mails (message_id, recipient, sender, subject, raw)
       SELECT $1, recipient, $3, $4, $5 FROM unnest($2::text[]) AS recipient
       ON CONFLICT (message_id, recipient) DO UPDATE SET copies = mails.copies + 1`,
      [messageId, boxes, from, subject, raw],
    );
    this.sinceLastPruned += boxes.length;
    if (this.sinceLastPruned >= PRUNE_EVERY) await this.prune();
  }

  /** The newest first. */
  async list({ to, before, limit }: MailFilter): Promise<readonly ListedMail[]> {
    const { rows } = await this.pool.query<Row>(
      `SELECT ${LISTED} FROM mails
       WHERE ($1::text IS NULL OR recipient = $1) AND ($2::bigint IS NULL OR mail_id < $2)
       ORDER BY mails.mail_id DESC LIMIT $3`,
      [to === null ? null : boxOf(to), before, limit],
    );
    return rows.map(listed);
  }

  /** Throws MailUnknown. */
  async read(mailId: string): Promise<Readonly<{ mail: ListedMail; raw: Buffer }>> {
    const { rows } = await this.pool.query<Row & Readonly<{ raw: Buffer }>>(
      `SELECT ${LISTED}, raw FROM mails WHERE mail_id = $1`,
      [mailId],
    );
    const [row] = rows;
    if (!row) throw new MailUnknown(mailId);
    return { mail: listed(row), raw: row.raw };
  }

  /** How many mails were dropped since the beginning, because there were too many. */
  async forgotten(): Promise<number> {
    const { rows } = await this.pool.query<{ mails: string }>('SELECT mails FROM forgotten');
    return Number(rows[0]?.mails ?? 0);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async prune(): Promise<void> {
    this.sinceLastPruned = 0;
    await this.pool.query(
      `WITH gone AS (
         DELETE FROM mails
         WHERE mail_id <= (SELECT mail_id FROM mails ORDER BY mail_id DESC OFFSET $1 LIMIT 1)
         RETURNING 1
       )
       UPDATE forgotten SET mails = mails + (SELECT count(*) FROM gone)`,
      [this.mailsMax],
    );
  }
}

/** Nobody tells two people apart by the case of their address. */
const boxOf = (address: string): string => address.toLowerCase();

const listed = ({ mail_id, message_id, recipient, sender, subject, received_at, copies }: Row): ListedMail => ({
  mailId: mail_id,
  messageId: message_id,
  to: recipient,
  from: sender,
  subject,
  receivedAt: received_at.toISOString(),
  copies,
});
