import { rows, type Transaction } from '@tessera/platform-database';
import type { Campaign } from '../domain/campaign.js';

/** Members of a campaign's segment now, and what it would do with each; the parts add up to `inSegment`. */
export type Audience = Readonly<{
  inSegment: number;
  /** Have a message of this campaign, in whatever state. */
  already: number;
  /** Entered before it starts, or by history that was loaded. */
  notMeant: number;
  /** Would get it now. */
  would: number;
  /** Would get it once their address and a word on consent are known. */
  wouldWait: number;
  /** Refused e-mail. */
  refused: number;
}>;

export class AudienceRepository {
  async count(
    tx: Transaction,
    { campaignId, segment, startsAt }: Pick<Campaign, 'campaignId' | 'segment'> & Readonly<{ startsAt: Date | null }>,
  ): Promise<Audience> {
    const [found] = await rows<Audience>(
      tx,
      `SELECT count(*) AS "inSegment",
              count(*) FILTER (WHERE has_message) AS already,
              count(*) FILTER (WHERE NOT has_message AND NOT is_meant) AS "notMeant",
              count(*) FILTER (WHERE NOT has_message AND is_meant AND consent AND has_address) AS would,
              count(*) FILTER (WHERE NOT has_message AND is_meant AND consent IS NOT FALSE AND NOT (coalesce(consent, false) AND has_address))
                AS "wouldWait",
              count(*) FILTER (WHERE NOT has_message AND is_meant AND consent IS FALSE) AS refused
         FROM (SELECT g.message_id IS NOT NULL AS has_message,
                      NOT s.is_backfill AND s.entered_at >= coalesce($3::timestamptz, clock_timestamp()) AS is_meant,
                      m.consent, m.contact IS NOT NULL AND NOT m.has_no_address AS has_address
                 FROM stays s
                 LEFT JOIN members m ON m.member_id = s.member_id
                 LEFT JOIN messages g ON g.campaign_id = $1 AND g.member_id = s.member_id
                WHERE s.segment = $2) AS audience`,
      [campaignId, segment, startsAt?.toISOString() ?? null],
    );
    if (!found) throw new Error('the audience was not counted');
    return found;
  }
}
