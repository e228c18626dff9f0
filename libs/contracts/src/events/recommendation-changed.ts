import { z } from 'zod';
import { defineEvent, instant, memberId, name, rebuilt, stateVersion, text } from '../define-event.js';
import type { EventOf } from '../define-event.js';

const reason = z.object({
  kind: z
    .enum(['own-frequency', 'bought-together', 'popular', 'viewed'])
    .describe('Bought by the member before; bought by others along with sku; bought by many; viewed by the member'),
  sku: name(64).optional().describe('The article that led to this one, where another did'),
});

const item = z.object({
  sku: name(64).describe('Article number'),
  name: text(256).optional().describe('Name of the article, where the catalogue or a purchase told it'),
  score: z.number().min(0).describe('How well it fits; compares within this list only, and is no probability'),
  reason: reason.describe('Why it is in the list: what weighed most'),
});

/** What a member may want next, best first; the whole list each time. */
export const recommendationChanged = defineEvent({
  topic: 'recommendation.changed',
  version: 1,
  producer: 'recommendation',
  summary: 'What a member may want next, best first, each with its reason.',
  key: (state) => state.memberId,
  identity: { kind: 'state', of: (state) => state.memberId },
  keep: 'compacted',
  data: z.object({
    memberId,
    ...stateVersion,
    cause: rebuilt.optional(),
    items: z.array(item).max(10).describe('Articles by falling score, at most 10; empty if there is nothing to say'),
    changedAt: instant.describe('When the list was made, UTC with milliseconds'),
  }),
});

export type RecommendationChanged = EventOf<typeof recommendationChanged>;
export type RecommendedItem = RecommendationChanged['items'][number];
