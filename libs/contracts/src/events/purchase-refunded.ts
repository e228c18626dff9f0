import { z } from 'zod';
import { defineEvent, instant, memberId, minorUnits, ownNumber } from '../define-event.js';
import type { EventOf } from '../define-event.js';

const refundedLine = z.object({
  line: z.int().min(1).describe("Position of the line in the purchase's lines, from 1"),
  quantity: z.int().min(1).describe('Pieces given back, a whole number'),
});

/** Exactly one of the three; the others are never there. */
export type RefundForm =
  | { whole: true; lines?: never; amountMinor?: never }
  | { whole?: never; lines: z.output<typeof refundedLine>[]; amountMinor?: never }
  | { whole?: never; lines?: never; amountMinor: number };

/** A purchase, or a part of it, was given back. May arrive before its purchase, and then waits for it. */
export const purchaseRefunded = defineEvent({
  topic: 'purchase.refunded',
  version: 1,
  producer: 'collector',
  summary: 'A purchase, or a part of it, was given back.',
  key: (refund) => refund.memberId,
  identity: { kind: 'fact', of: (refund) => refund.refundId },
  keep: 'forever',
  data: z
    .object({
      refundId: ownNumber.describe("The shop's own number of the refund, unique for the member"),
      purchaseId: ownNumber.describe('Number of the purchase that is refunded'),
      memberId,
      refundedAt: instant.describe('When the shop says it happened, ISO 8601 with zone'),
      whole: z.literal(true).optional().describe('True: the whole purchase is refunded'),
      lines: z.array(refundedLine).min(1).max(10_000).optional().describe('The lines that are refunded, by number'),
      amountMinor: minorUnits
        .optional()
        .describe("The amount that is refunded, in minor units of the purchase's currency"),
      backfill: z.boolean().optional().describe('True for history loaded later: it counts, but triggers nothing'),
    })
    .meta({ oneOf: [{ required: ['whole'] }, { required: ['lines'] }, { required: ['amountMinor'] }] })
    .transform(({ whole, lines, amountMinor, ...refund }, context): typeof refund & RefundForm => {
      if (whole && !lines && amountMinor === undefined) return { ...refund, whole };
      if (lines && !whole && amountMinor === undefined) return { ...refund, lines };
      if (amountMinor !== undefined && !whole && !lines) return { ...refund, amountMinor };
      const message = 'must have exactly one of whole, lines and amountMinor';
      context.issues.push({ code: 'custom', input: refund, message });
      return z.NEVER;
    }),
});

export type PurchaseRefunded = EventOf<typeof purchaseRefunded>;
