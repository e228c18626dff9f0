import { z } from 'zod';
import { defineEvent, instant, memberId, name, ownNumber, rebuilt, stateVersion } from '../define-event.js';
import type { EventOf } from '../define-event.js';

const backfill = z.boolean().describe('True if the cause was loaded as history: it triggers nothing');

const cause = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('purchase').describe('A purchase'), purchaseId: ownNumber.describe('Which'), backfill }),
    z.object({ kind: z.literal('refund').describe('A refund'), refundId: ownNumber.describe('Which'), backfill }),
    z.object({ kind: z.literal('window').describe('A window moved on, without an event') }),
    z.object({ kind: z.literal('registration').describe('The member became known; of a leaving: was erased') }),
    z.object({ kind: z.literal('definition').describe("The segment's rule was changed") }),
  ])
  .describe('Why');

const segment = name(64).describe('Segment, by its own name');
const version = z.int().min(1).describe("Version of the segment's rule, from 1");
const enteredAt = instant.describe('When the member entered, dated by the cause, UTC with milliseconds');
const entryOfHistory = z
  .boolean()
  .optional()
  .describe(
    'True if only loaded history put the member in, or a rebuild found it: the entry triggers nothing. For as long as the stay lasts',
  );
const leftAt = instant.describe('When the member left, dated by the cause, UTC with milliseconds');

/** All segments a member is in, and what was entered and left since the state before. */
export const segmentChanged = defineEvent({
  topic: 'segment.changed',
  version: 1,
  producer: 'segmentation',
  summary: 'All segments a member is in, what was entered and left, and why.',
  key: (state) => state.memberId,
  identity: { kind: 'state', of: (state) => state.memberId },
  keep: 'compacted',
  data: z.object({
    memberId,
    ...stateVersion,
    cause: rebuilt.optional(),
    segments: z
      .array(z.object({ segment, version, enteredAt, backfill: entryOfHistory }))
      .describe('All segments the member is in'),
    entered: z.array(z.object({ segment, version, enteredAt, cause })).describe('Segments entered by this change'),
    left: z.array(z.object({ segment, version, leftAt, cause })).describe('Segments left by this change'),
    changedAt: instant.describe('When the service found it out, UTC with milliseconds'),
    /** Optional since 1.1: no kind of cause may be added within a version. */
    erased: z
      .boolean()
      .optional()
      .describe('True if the member was erased: left all segments, enters none again, and nobody is to be told'),
  }),
});

export type SegmentChanged = EventOf<typeof segmentChanged>;
export type SegmentCause = SegmentChanged['entered'][number]['cause'];
