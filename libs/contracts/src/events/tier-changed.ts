import { z } from 'zod';
import { defineEvent, instant, memberId, name, ownNumber, stateVersion } from '../define-event.js';
import type { EventOf } from '../define-event.js';

const entry = z.object({
  effectiveAt: instant.describe('From when the member has the tier, UTC with milliseconds'),
  afterPurchaseId: ownNumber
    .nullable()
    .describe(
      'The purchase of that instant that led to it; null, for refunds and windows, sorts before all of that instant',
    ),
  tier: name(64).describe('Name of the tier'),
});

/**
 * A member's tier, with its whole history. The tier for a purchase is that of the last entry strictly before
 * (purchasedAt, purchaseId), the program's lowest if there is none.
 */
export const tierChanged = defineEvent({
  topic: 'tier.changed',
  version: 1,
  producer: 'membership',
  summary: "A member's tier changed, today or in the past; carries the whole history.",
  key: (state) => state.memberId,
  identity: { kind: 'state', of: (state) => state.memberId },
  keep: 'compacted',
  data: z.object({
    memberId,
    ...stateVersion,
    tier: name(64).describe('The tier today'),
    direction: z
      .enum(['up', 'down', 'rewritten'])
      .describe('Against the tier told before; rewritten: only the past changed, of which nobody is told'),
    history: z.array(entry).describe('All entries, by (effectiveAt, afterPurchaseId), null first'),
    changedAt: instant.describe('When the service found it out, UTC with milliseconds'),
  }),
});

export type TierChanged = EventOf<typeof tierChanged>;
export type TierEntry = TierChanged['history'][number];
