import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { Subjects } from '@tessera/platform-messaging';
import { MemberErased, UnknownRedemption } from './domain/errors.js';
import { nextExpiry } from './domain/lots.js';
import { giveBack } from './domain/movements.js';
import { MembersRepository } from './persistence/members.repository.js';
import { RedemptionsRepository } from './persistence/redemptions.repository.js';
import { PostMovements } from './post-movements.js';
import { SettlePoints } from './settle-points.js';

export type Returned = Readonly<{
  redemptionId: string;
  points: number;
  reference: string | null;
  state: 'returned';
  redeemedAt: string;
  returnedAt: string;
}>;

/**
 * Gives the points of a redemption back to the lots they came from. A redemption is returned once: asked again, the answer is the
 * same and nothing moves. Throws UnknownMember, MemberErased, UnknownRedemption.
 */
@Injectable()
export class ReturnRedemption {
  constructor(
    private readonly members: MembersRepository,
    private readonly subjects: Subjects,
    private readonly settlePoints: SettlePoints,
    private readonly postMovements: PostMovements,
    private readonly redemptions: RedemptionsRepository,
  ) {}

  async run(tx: Transaction, memberId: string, redemptionId: string): Promise<Returned> {
    await this.members.require(tx, memberId);
    const locked = await this.subjects.lock(tx, [memberId]);
    const redemption = await this.redemptions.find(tx, memberId, redemptionId);
    if (!redemption) throw new UnknownRedemption(redemptionId);

    const returnedAt = redemption.returnedAt ?? locked.now;
    if (redemption.state === 'taken') {
      const before = (await this.settlePoints.run(tx, locked)).get(memberId);
      if (!before) throw new MemberErased(memberId);
      const { wallet: after, lines } = giveBack(before, redemption.taken, locked.now);
      const movement = {
        reason: 'returned' as const,
        amount: redemption.points,
        occurredAt: locked.now,
        redemptionId,
        lines,
        balance: after.balance,
      };
      await this.redemptions.markReturned(tx, redemptionId, returnedAt);
      await this.postMovements.run(tx, locked, [{ memberId, before, after, movements: [movement] }]);
      await locked.settle(new Map([[memberId, nextExpiry(after)]]));
    }
    return {
      redemptionId,
      points: redemption.points,
      reference: redemption.reference,
      state: 'returned',
      redeemedAt: redemption.redeemedAt.toISOString(),
      returnedAt: returnedAt.toISOString(),
    };
  }
}
