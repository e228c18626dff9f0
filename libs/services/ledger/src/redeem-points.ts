import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { Subjects } from '@tessera/platform-messaging';
import { v7 as uuidv7 } from 'uuid';
import { MemberErased } from './domain/errors.js';
import { spend } from './domain/movements.js';
import { MembersRepository } from './persistence/members.repository.js';
import { RedemptionsRepository } from './persistence/redemptions.repository.js';
import { PostMovements } from './post-movements.js';
import { SettlePoints } from './settle-points.js';

export type RedeemPointsRequest = Readonly<{ memberId: string; points: number; reference?: string | undefined }>;
export type Redeemed = Readonly<{ redemptionId: string; points: number; reference: string | null; pointsLeft: number }>;

/** What the key of a redemption is unique for. */
export const redemptionScope = (memberId: string): string => `redeem:${memberId}`;

/**
 * Spends points, first those that expire first. The member's row lock makes redemptions of one member wait for each other, so each
 * sees what the one before has left; the settling before it expires what is due.
 * Throws UnknownMember, MemberErased, InsufficientPoints.
 */
@Injectable()
export class RedeemPoints {
  constructor(
    private readonly members: MembersRepository,
    private readonly subjects: Subjects,
    private readonly settlePoints: SettlePoints,
    private readonly postMovements: PostMovements,
    private readonly redemptions: RedemptionsRepository,
  ) {}

  async run(tx: Transaction, { memberId, points, reference }: RedeemPointsRequest): Promise<Redeemed> {
    await this.members.require(tx, memberId);
    const locked = await this.subjects.lock(tx, [memberId]);
    const before = (await this.settlePoints.run(tx, locked)).get(memberId);
    if (!before) throw new MemberErased(memberId);

    const { wallet: after, lines, taken } = spend(before, points, locked.now);
    const redemptionId = uuidv7();
    const redemption = { redemptionId, memberId, points, reference: reference ?? null };
    await this.redemptions.add(tx, { ...redemption, taken, redeemedAt: locked.now });
    const movement = {
      reason: 'spent' as const,
      amount: -points,
      occurredAt: locked.now,
      redemptionId,
      lines,
      balance: after.balance,
    };
    // The due date may now be too early, which costs one look and no more.
    await this.postMovements.run(tx, locked, [{ memberId, before, after, movements: [movement] }]);
    return { redemptionId, points, reference: redemption.reference, pointsLeft: after.balance.active };
  }
}
