import { Injectable } from '@nestjs/common';
import { rows } from '@tessera/platform-database';
import { DataSource } from 'typeorm';
import type { Balance } from './domain/wallet.js';

export type Summary = Readonly<{
  points: Balance;
  purchases: number;
  refunds: number;
  /** What the refunds are worth by themselves, also beyond what their purchase had left; minor units. */
  refundedMinor: number;
}>;

type SummaryRow = { [Account in keyof Balance]: number } & Omit<Summary, 'points' | 'refundedMinor'> & {
    refunded_minor: number;
  };

/** All wallets together, due expiries applied, and the facts of registered members that they come from. Refunds count once they have a worth. */
@Injectable()
export class ReadSummary {
  constructor(private readonly database: DataSource) {}

  async run(): Promise<Summary> {
    const [found] = await rows<SummaryRow>(
      this.database.manager,
      `SELECT w.pending, w.active - due.points AS active, w.held, w.spent, w.expired + due.points AS expired, w.arrears,
              p.purchases, r.refunds, r.refunded_minor
         FROM (SELECT coalesce(sum(pending), 0)::bigint AS pending, coalesce(sum(active), 0)::bigint AS active,
                      coalesce(sum(held), 0)::bigint AS held, coalesce(sum(spent), 0)::bigint AS spent,
                      coalesce(sum(expired), 0)::bigint AS expired, coalesce(sum(arrears), 0)::bigint AS arrears
                 FROM wallets) w,
              (SELECT coalesce(sum(active), 0)::bigint AS points
                 FROM lots WHERE active > 0 AND expires_at <= statement_timestamp()) due,
              (SELECT count(*) AS purchases FROM purchases JOIN members USING (member_id)) p,
              (SELECT count(*) AS refunds, coalesce(sum(amount_minor), 0)::bigint AS refunded_minor
                 FROM refunds JOIN members USING (member_id)
                WHERE amount_minor IS NOT NULL AND refused_code IS NULL) r`,
    );
    const { purchases, refunds, refunded_minor, ...points } = found as SummaryRow;
    return { points, purchases, refunds, refundedMinor: refunded_minor };
  }
}
