import { z } from 'zod';
import { count, currency, defineEvent, instant, memberId, minorUnits, name, ownNumber, text } from '../define-event.js';
import type { EventOf } from '../define-event.js';

/** Lines are numbered by their position, from 1; refunds name them by that number. */
const line = z
  .object({
    sku: name(64).describe('Article number'),
    name: text(256).optional().describe('Name of the article'),
    category: text(256).optional().describe('Category of the article'),
    brand: text(256).optional().describe('Brand of the article'),
    quantity: z.int().min(1).describe('Pieces bought, a whole number; goods sold by weight are one piece'),
    unitPriceMinor: minorUnits.describe('Price of one piece before the discount, in minor units of the currency'),
    discountMinor: minorUnits
      .optional()
      .describe('Discount on the whole line, in minor units of the currency; 0 if left out'),
  })
  .check(({ value, issues }) => {
    const worth = value.quantity * value.unitPriceMinor;
    if (!Number.isSafeInteger(worth)) {
      issues.push({ code: 'custom', path: ['quantity'], input: value, message: 'times unitPriceMinor is too large' });
    } else if ((value.discountMinor ?? 0) > worth) {
      const message = 'must be at most quantity times unitPriceMinor';
      issues.push({ code: 'custom', path: ['discountMinor'], input: value, message });
    }
  });

/** A member paid for something. Keyed by member, so that one member's purchases arrive in order. */
export const purchaseCreated = defineEvent({
  topic: 'purchase.created',
  version: 1,
  producer: 'collector',
  summary: 'A member paid for something.',
  key: (purchase) => purchase.memberId,
  /** The shop's own number makes it known: a resend, by whichever door, is the same purchase for ever. */
  identity: { kind: 'fact', of: (purchase) => purchase.purchaseId },
  keep: 'forever',
  data: z.object({
    purchaseId: ownNumber.describe("The shop's own number of the purchase, unique for the member"),
    memberId,
    /** Tiers, rules and windows go by this time, not by that of arrival. */
    purchasedAt: instant.describe('When the shop says it happened, ISO 8601 with zone'),
    currency,
    /** Authoritative: lines need not add up to it. */
    totalMinor: minorUnits.describe('What the member paid, in minor units of the currency'),
    lines: z
      .array(line)
      .max(10_000)
      .optional()
      .describe('What was bought; a refund names a line by its position, from 1'),
    channel: text(64).optional().describe('Where it was sold, like web or store'),
    storeId: text(64).optional().describe("The shop's own number of the store"),
    couponCodes: z.array(name(64)).max(100).optional().describe('Codes of the coupons that were used'),
    pointsSpent: count.optional().describe('Points that paid for a part of it, a whole number'),
    partnerId: text(64).optional().describe('Partner of the program at whom it happened'),
    /** History that is loaded must not set off messages today. */
    backfill: z.boolean().optional().describe('True for history loaded later: it counts, but triggers nothing'),
  }),
});

export type PurchaseCreated = EventOf<typeof purchaseCreated>;
