import { z } from 'zod';
import { count, defineEvent, instant, memberId, name, ownNumber, stateVersion } from '../define-event.js';
import type { EventOf } from '../define-event.js';

const balance = z.object({
  wallet: name(64).describe('Name of the wallet'),
  pending: count.describe('Points not yet available'),
  active: count.describe('Points that can be spent'),
  held: count.describe('Points set aside for a redemption'),
  spent: count.describe('Points spent so far'),
  expired: count.describe('Points expired so far'),
  arrears: count.describe('Points owed; the next credits repay them first'),
});

/** One movement of a member's points, with the balances of all wallets after it. */
export const pointsChanged = defineEvent({
  topic: 'points.changed',
  version: 1,
  producer: 'ledger',
  summary: "One movement of a member's points, with the balances of all wallets after it.",
  key: (state) => state.memberId,
  identity: { kind: 'state', of: (state) => state.memberId },
  keep: 'compacted',
  data: z.object({
    memberId,
    ...stateVersion,
    wallet: name(64).describe('Wallet that moved'),
    reason: z
      .enum(['earned', 'corrected', 'clawed-back', 'spent', 'returned', 'expired'])
      .describe('Why it moved; corrections are announced to no member'),
    amount: z.int().describe('Points by which what the member owns changed: above zero credited, below debited'),
    purchaseId: ownNumber.optional().describe('The purchase it belongs to'),
    refundId: ownNumber.optional().describe('The refund that caused it'),
    redemptionId: ownNumber.optional().describe('The redemption that caused it'),
    occurredAt: instant.describe('When its cause happened, UTC with milliseconds'),
    postedAt: instant.describe('When it was posted to the books, UTC with milliseconds'),
    balances: z.array(balance).describe('All wallets of the member after the movement, in points'),
  }),
});

export type PointsChanged = EventOf<typeof pointsChanged>;
export type PointsBalance = PointsChanged['balances'][number];
