import { z } from 'zod';
import { defineEvent, instant, memberId, stateVersion } from '../define-event.js';
import type { EventOf } from '../define-event.js';

/** Kept for ever, so that a log read from its beginning does not bring the member back; it wins over states with a lower version. */
export const memberErased = defineEvent({
  topic: 'member.erased',
  version: 1,
  producer: 'membership',
  summary: 'A member was erased: whoever holds personal data of that number deletes it.',
  key: (state) => state.memberId,
  identity: { kind: 'state', of: (state) => state.memberId },
  keep: 'forever',
  data: z.object({
    memberId,
    ...stateVersion,
    erasedAt: instant.describe('When the member was erased, UTC with milliseconds'),
  }),
});

export type MemberErased = EventOf<typeof memberErased>;
