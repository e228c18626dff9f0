import { z } from 'zod';
import { count, defineEvent, instant, memberId, name, ownNumber, stateVersion, text } from '../define-event.js';
import type { EventOf } from '../define-event.js';

/**
 * Where a message to a member stands. A state of the message, but keyed by the member, so that it keeps its place among the member's
 * other events; hence not compacted, which would leave only one message a member.
 */
export const messageChanged = defineEvent({
  topic: 'message.changed',
  version: 1,
  producer: 'campaign',
  summary: 'Where a message to a member stands: waiting, sent, or why not.',
  key: (state) => state.memberId,
  identity: { kind: 'state', of: (state) => state.messageId },
  keep: { days: 30 },
  data: z.object({
    messageId: ownNumber.describe('Number of the message; its Message-ID is made of it'),
    memberId,
    campaignId: name(64).describe('The campaign that it belongs to'),
    template: name(64).describe('Template that it was made from'),
    channel: z.enum(['email', 'sms', 'push']).describe('By which it goes'),
    state: z
      .enum(['waiting', 'claimed', 'sending', 'sent', 'bounced', 'undeliverable', 'suppressed'])
      .describe('waiting: for an address or a word on consent; suppressed: consent refused'),
    reason: text(512).optional().describe('Why it is in that state, where that needs saying; never an address'),
    attempts: count.describe('How often it was given to the mail server, a whole number'),
    doubts: count.describe(
      'Attempts of which nobody knows how they ended, a whole number: it may be there so often again',
    ),
    ...stateVersion,
    changedAt: instant.describe('When it came to that state, UTC with milliseconds'),
  }),
});

export type MessageChanged = EventOf<typeof messageChanged>;
