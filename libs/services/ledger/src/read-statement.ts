import { Injectable } from '@nestjs/common';
import { rows } from '@tessera/platform-database';
import { DataSource } from 'typeorm';
import type { Reason } from './domain/settlement.js';
import { MembersRepository } from './persistence/members.repository.js';

/** One movement as a member may read it. */
export type StatementItem = Readonly<{
  sequence: number;
  wallet: string;
  reason: Reason;
  /** Credited (+) or debited (-). */
  amount: number;
  /** Points available after it, less arrears. */
  availableAfter: number;
  purchaseId: string | null;
  refundId: string | null;
  redemptionId: string | null;
  occurredAt: Date;
  postedAt: Date;
}>;

/** What the books say was moved, newest first. Points past their expiry show here once they are expired in the books. */
@Injectable()
export class ReadStatement {
  constructor(
    private readonly database: DataSource,
    private readonly members: MembersRepository,
  ) {}

  /** Movements before a number, or the newest ones. Throws UnknownMember, MemberErased. */
  async run(
    memberId: string,
    page: Readonly<{ limit: number; before?: number | undefined }>,
  ): Promise<readonly StatementItem[]> {
    const tx = this.database.manager;
    await this.members.require(tx, memberId);
    return rows<StatementItem>(
      tx,
      `SELECT sequence, wallet, reason, amount, available AS "availableAfter", purchase_id AS "purchaseId",
              refund_id AS "refundId", redemption_id AS "redemptionId", occurred_at AS "occurredAt", posted_at AS "postedAt"
         FROM (SELECT sequence, wallet, reason, purchase_id, refund_id, redemption_id, occurred_at, posted_at,
                      (CASE reason WHEN 'expired' THEN sum(-amount) FILTER (WHERE account = 'expired')
                                   ELSE sum(-amount) FILTER (WHERE account IN ('issued', 'spent')) END)::bigint AS amount,
                      sum(coalesce(sum(amount) FILTER (WHERE account IN ('active', 'arrears')), 0))
                        OVER (PARTITION BY wallet ORDER BY sequence)::bigint AS available
                 FROM entries
                WHERE member_id = $1 AND ($2::bigint IS NULL OR sequence < $2)
                GROUP BY sequence, wallet, reason, purchase_id, refund_id, redemption_id, occurred_at, posted_at) movements
        ORDER BY sequence DESC
        LIMIT $3`,
      [memberId, page.before ?? null, page.limit],
    );
  }
}
