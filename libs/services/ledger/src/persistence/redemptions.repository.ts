import { rows, type Transaction } from '@tessera/platform-database';
import type { Share } from '../domain/lots.js';
import { WALLET } from './books.repository.js';

/** Points spent for something, with the lots they were taken from, so that they can be given back to them. */
export type Redemption = Readonly<{
  redemptionId: string;
  memberId: string;
  points: number;
  reference: string | null;
  state: 'taken' | 'returned';
  taken: readonly Share[];
  redeemedAt: Date;
  returnedAt: Date | null;
}>;

export class RedemptionsRepository {
  async add(tx: Transaction, redemption: Omit<Redemption, 'state' | 'returnedAt'>): Promise<void> {
    const { redemptionId, memberId, points, reference, taken, redeemedAt } = redemption;
    await rows(
      tx,
      `INSERT INTO redemptions (redemption_id, member_id, wallet, points, reference, state, taken, redeemed_at)
       VALUES ($1, $2, $3, $4, $5, 'taken', $6, $7)`,
      [redemptionId, memberId, WALLET, points, reference, JSON.stringify(taken), redeemedAt],
    );
  }

  async find(tx: Transaction, memberId: string, redemptionId: string): Promise<Redemption | undefined> {
    const [found] = await rows<Redemption>(
      tx,
      `SELECT redemption_id AS "redemptionId", member_id AS "memberId", points, reference, state, taken,
              redeemed_at AS "redeemedAt", returned_at AS "returnedAt"
         FROM redemptions WHERE redemption_id = $2 AND member_id = $1`,
      [memberId, redemptionId],
    );
    return found;
  }

  /** The callers' own words for what was redeemed; the redemptions stay, since points spent are in the books. */
  async forgetReferences(tx: Transaction, memberIds: readonly string[]): Promise<void> {
    const sql = 'UPDATE redemptions SET reference = NULL WHERE member_id = ANY ($1::text[]) AND reference IS NOT NULL';
    await rows(tx, sql, [memberIds]);
  }

  async markReturned(tx: Transaction, redemptionId: string, returnedAt: Date): Promise<void> {
    await rows(tx, `UPDATE redemptions SET state = 'returned', returned_at = $2 WHERE redemption_id = $1`, [
      redemptionId,
      returnedAt,
    ]);
  }
}
