import { Injectable } from '@nestjs/common';
import { rows } from '@tessera/platform-database';
import { DataSource } from 'typeorm';
import { UnknownMember } from './domain/errors.js';
import type { Balance } from './domain/wallet.js';
import { WALLET } from './persistence/books.repository.js';
import { MembersRepository } from './persistence/members.repository.js';

export type ReadBalanceAnswer = Readonly<{ memberId: string; wallet: string }> &
  Balance &
  Readonly<{
    /** The next points to expire; null where none will. */
    nextExpiry: Readonly<{ expiresAt: string; points: number }> | null;
    asOf: string;
  }>;

type BalanceRow = { [Account in keyof Balance]: number } & { as_of: Date; next_at: Date | null; next_points: number };

/** A member's balance by the database's clock: what is past its expiry shows as expired, whether or not the books know yet. */
@Injectable()
export class ReadBalance {
  constructor(
    private readonly database: DataSource,
    private readonly members: MembersRepository,
  ) {}

  /** Throws UnknownMember, MemberErased. */
  async run(memberId: string): Promise<ReadBalanceAnswer> {
    const [found] = await rows<BalanceRow>(
      this.database.manager,
      `SELECT coalesce(w.pending, 0) AS pending, coalesce(w.active, 0) - due.points AS active, coalesce(w.held, 0) AS held,
              coalesce(w.spent, 0) AS spent, coalesce(w.expired, 0) + due.points AS expired, coalesce(w.arrears, 0) AS arrears,
              next.expires_at AS next_at, coalesce(next.points, 0) AS next_points,
              date_trunc('milliseconds', statement_timestamp()) AS as_of
         FROM members m
         LEFT JOIN wallets w ON w.member_id = m.member_id AND w.wallet = $2
        CROSS JOIN LATERAL (
              SELECT coalesce(sum(l.active), 0)::bigint AS points FROM lots l
               WHERE l.member_id = m.member_id AND l.wallet = $2 AND l.active > 0 AND l.expires_at <= statement_timestamp()
              ) due
         LEFT JOIN LATERAL (
              SELECT l.expires_at, sum(l.active)::bigint AS points FROM lots l
               WHERE l.member_id = m.member_id AND l.wallet = $2 AND l.active > 0 AND l.expires_at > statement_timestamp()
               GROUP BY l.expires_at ORDER BY l.expires_at LIMIT 1
              ) next ON true
        WHERE m.member_id = $1`,
      [memberId, WALLET],
    );
    if (!found) return this.refuse(memberId);

    const { as_of, next_at, next_points, ...balance } = found;
    return {
      memberId,
      wallet: WALLET,
      ...balance,
      nextExpiry: next_at && { expiresAt: next_at.toISOString(), points: next_points },
      asOf: as_of.toISOString(),
    };
  }

  /** Looked up only now, so that the balances of members cost one statement. One registered this moment is still unknown to the answer. */
  private async refuse(memberId: string): Promise<never> {
    await this.members.require(this.database.manager, memberId);
    throw new UnknownMember(memberId);
  }
}
