import { rows, type Transaction } from '@tessera/platform-database';
import type { Campaign } from '../domain/campaign.js';

export type CampaignDraft = Pick<Campaign, 'campaignId' | 'name' | 'segment' | 'template'> &
  Readonly<{
    /** Left out: the creation of a new campaign, or what it was for one there is. */
    startsAt?: Date | undefined;
  }>;

const COLUMNS = `campaign_id AS "campaignId", name, segment, template_id AS template, channel, starts_at AS "startsAt", state,
  created_at AS "createdAt"`;

/** One instance belongs to one database. */
export class CampaignsRepository {
  private known: { basis: number; campaigns: readonly Campaign[] } | undefined;

  /** All campaigns, read once a basis. The caller has locked subjects, and must not have changed campaigns itself; their state may be an older one. */
  async all(tx: Transaction, basis: number): Promise<readonly Campaign[]> {
    if (this.known?.basis !== basis) {
      const campaigns = await rows<Campaign>(tx, `SELECT ${COLUMNS} FROM campaigns ORDER BY campaign_id`);
      this.known = { basis, campaigns };
    }
    return this.known.campaigns;
  }

  list(tx: Transaction, { limit, after }: Readonly<{ limit: number; after?: string }>): Promise<Campaign[]> {
    return rows<Campaign>(
      tx,
      `SELECT ${COLUMNS} FROM campaigns WHERE $2::text IS NULL OR campaign_id > $2 ORDER BY campaign_id LIMIT $1`,
      [limit, after ?? null],
    );
  }

  async find(tx: Transaction, campaignId: string): Promise<Campaign | undefined> {
    return (await rows<Campaign>(tx, `SELECT ${COLUMNS} FROM campaigns WHERE campaign_id = $1`, [campaignId]))[0];
  }

  /** By id, and keeps others from changing or stopping them until the transaction ends. */
  async findAndShare(tx: Transaction, campaignIds: readonly string[]): Promise<ReadonlyMap<string, Campaign>> {
    const sql = `SELECT ${COLUMNS} FROM campaigns WHERE campaign_id = ANY ($1::text[]) ORDER BY campaign_id FOR SHARE`;
    const found = await rows<Campaign>(tx, sql, [campaignIds]);
    return new Map(found.map((campaign) => [campaign.campaignId, campaign]));
  }

  async count(tx: Transaction): Promise<number> {
    return (await rows<{ count: number }>(tx, 'SELECT count(*) FROM campaigns'))[0]?.count ?? 0;
  }

  async put(tx: Transaction, { campaignId, name, segment, template, startsAt }: CampaignDraft): Promise<Campaign> {
    const [written] = await rows<Campaign>(
      tx,
      `INSERT INTO campaigns AS c (campaign_id, name, segment, template_id, channel, starts_at, state, created_at)
       SELECT $1, $2, $3, $4, 'email', coalesce($5::timestamptz, now), 'running', now
         FROM date_trunc('milliseconds', clock_timestamp()) AS now
       ON CONFLICT (campaign_id) DO UPDATE
         SET name = excluded.name, segment = excluded.segment, template_id = excluded.template_id,
             starts_at = coalesce($5::timestamptz, c.starts_at)
       RETURNING ${COLUMNS}`,
      [campaignId, name, segment, template, startsAt?.toISOString() ?? null],
    );
    if (!written) throw new Error(`campaign ${campaignId} was not written`);
    return written;
  }

  /** Waits for every transaction that claims or begins to send under it: once this is committed, none does. */
  async switchTo(tx: Transaction, campaignId: string, state: Campaign['state']): Promise<Campaign | undefined> {
    const sql = `UPDATE campaigns SET state = $2 WHERE campaign_id = $1 RETURNING ${COLUMNS}`;
    return (await rows<Campaign>(tx, sql, [campaignId, state]))[0];
  }
}
