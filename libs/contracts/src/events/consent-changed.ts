import { z } from 'zod';
import { defineEvent, instant, memberId, stateVersion } from '../define-event.js';
import type { EventOf } from '../define-event.js';

const consent = z.object({
  channel: z.enum(['email', 'sms', 'push']).describe('By which messages may be sent, or not'),
  granted: z.boolean().describe('True: the member wants messages by this channel; false: refused or withdrawn'),
  changedAt: instant.describe('When the member said so, UTC with milliseconds'),
});

/** The last word on every channel that a member was asked about. A channel that is not there was never asked about. */
export const consentChanged = defineEvent({
  topic: 'consent.changed',
  version: 1,
  producer: 'membership',
  summary: 'By which channels a member wants messages, with the last word on each.',
  key: (state) => state.memberId,
  identity: { kind: 'state', of: (state) => state.memberId },
  keep: 'compacted',
  data: z
    .object({
      memberId,
      ...stateVersion,
      consents: z.array(consent).describe('The last word on each channel, a channel at most once'),
      changedAt: instant.describe('When the service took note of it, UTC with milliseconds'),
    })
    .check(({ value, issues }) => {
      const channels = value.consents.map(({ channel }) => channel);
      channels.forEach((channel, index) => {
        if (channels.indexOf(channel) === index) return;
        const message = 'must be there at most once';
        issues.push({ code: 'custom', path: ['consents', index, 'channel'], input: value, message });
      });
    }),
});

export type ConsentChanged = EventOf<typeof consentChanged>;
export type Consent = ConsentChanged['consents'][number];
