import { z } from 'zod';
import { defineEvent, memberId, name, stateVersion } from '../define-event.js';
import type { EventOf } from '../define-event.js';

/** Standard base64 of whole bytes, as Node's `toString('base64')` writes it. */
const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?';

const sealed = z.object({
  keyId: name(64).describe('Which key of the deployment sealed it'),
  nonce: z
    .string()
    .regex(/^[A-Za-z0-9+/]{16}$/, { error: 'must be 12 bytes in base64' })
    .describe('Nonce of this sealing, 12 bytes in base64; never used twice with one key'),
  ciphertext: z
    .string()
    .max(16_384)
    .regex(new RegExp(`^(?=.{24})${BASE64}$`), { error: 'must be base64 of at least 16 bytes' })
    .describe(
      'AES-256-GCM, followed by its tag of 16 bytes, in base64; within it a JSON object {name?, email?, phone?, language?}',
    ),
});

/**
 * How a member can be reached: the one exception to "no personal data on the log". Only holders of the key can read it, a
 * compacted topic forgets it soon after its tombstone, and memberId, as additional data, keeps it from being passed off as another's.
 */
export const memberContactChanged = defineEvent({
  topic: 'member.contact-changed',
  version: 1,
  producer: 'membership',
  summary: "A member's name and addresses, sealed under a key that membership and campaign alone hold.",
  key: (state) => state.memberId,
  identity: { kind: 'state', of: (state) => state.memberId },
  keep: 'compacted',
  tombstone: 'erases',
  data: z.object({
    memberId,
    ...stateVersion,
    sealed: sealed.describe('The contact, sealed with memberId as additional data'),
  }),
});

export type MemberContactChanged = EventOf<typeof memberContactChanged>;
export type SealedContact = MemberContactChanged['sealed'];
