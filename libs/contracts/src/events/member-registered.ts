import { z } from 'zod';
import { defineEvent, instant, memberId, stateVersion } from '../define-event.js';
import type { EventOf } from '../define-event.js';

/** Someone is a member. A gate, not a date: from when it is known, all purchases of that number count, whenever dated. */
export const memberRegistered = defineEvent({
  topic: 'member.registered',
  version: 1,
  producer: 'membership',
  summary: 'Someone is a member: from now on all purchases of that number count, whenever dated.',
  key: (member) => member.memberId,
  identity: { kind: 'state', of: (member) => member.memberId },
  keep: 'compacted',
  data: z.object({
    memberId,
    registeredAt: instant.describe('When the member was registered, UTC with milliseconds'),
    ...stateVersion,
  }),
});

export type MemberRegistered = EventOf<typeof memberRegistered>;
