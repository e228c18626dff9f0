import { z } from 'zod';
import { defineEvent, instant, memberId, name, ownNumber, text } from '../define-event.js';
import type { EventOf } from '../define-event.js';

const aboutArticle = ['view', 'cart', 'favourite'] as const;

/**
 * A member looked at something, without buying it. A signal: there are too many to know each for ever, so a repeat is known by
 * (source, id) of the message and within a window only, and one that counts twice does no harm.
 */
export const behaviorRecorded = defineEvent({
  topic: 'behavior.recorded',
  version: 1,
  producer: 'collector',
  summary: 'A member viewed, searched, or put something into the cart.',
  key: (behavior) => behavior.memberId,
  identity: { kind: 'signal' },
  keep: { days: 100 },
  data: z
    .object({
      behaviorId: ownNumber
        .optional()
        .describe("The sender's own number of it; a repeat is known by source and id of the message, not by this"),
      memberId,
      kind: z
        .enum([...aboutArticle, 'search', 'visit'])
        .describe('What the member did: view, cart and favourite are about an article, search has a query'),
      sku: name(64).optional().describe('Article number; must be there for view, cart and favourite'),
      quantity: z.int().min(1).optional().describe('Pieces put into the cart, a whole number; 1 if left out'),
      query: text(256).optional().describe('What was searched for; must be there for search'),
      occurredAt: instant.describe('When it happened, ISO 8601 with zone'),
      channel: text(64).optional().describe('Where it happened, like web or app'),
    })
    .meta({
      allOf: [
        {
          anyOf: [
            { properties: { kind: { enum: [...aboutArticle] } }, required: ['sku'] },
            { properties: { kind: { enum: ['search'] } }, required: ['query'] },
            { properties: { kind: { enum: ['visit'] } } },
          ],
        },
      ],
    })
    .check(({ value, issues }) => {
      const needed = value.kind === 'search' ? 'query' : aboutArticle.some((kind) => kind === value.kind) && 'sku';
      if (!needed || value[needed] !== undefined) return;
      issues.push({ code: 'custom', path: [needed], input: value, message: `is missing, for a ${value.kind}` });
    }),
});

export type BehaviorRecorded = EventOf<typeof behaviorRecorded>;
