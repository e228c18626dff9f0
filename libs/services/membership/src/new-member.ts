import { instant, memberId } from '@tessera/contracts';
import { z } from 'zod';
import { canonicalLanguage, compactPhone, type Contact } from './domain/contact.js';
import type { Said } from './domain/consents.js';

/** Dot-atom at a domain of at least two labels (RFC 5321, RFC 5322), without quoted or international local parts. */
const EMAIL =
  /^(?=.{1,254}$)(?=[^@]{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;

const email = z
  .string()
  .trim()
  .toLowerCase()
  .regex(EMAIL, { error: 'must be an e-mail address' })
  .meta({ format: 'email' })
  .describe('Kept in lower case');

const phone = z
  .string()
  .max(64)
  .overwrite(compactPhone)
  .regex(/^\+[1-9]\d{6,14}$/, { error: 'must be an international number like +442071234567' })
  .describe('International number (E.164); blanks and punctuation are dropped');

const language = z
  .string()
  .max(35)
  .check((context) => {
    const tag = canonicalLanguage(context.value);
    if (tag !== undefined) context.value = tag;
    else context.issues.push({ code: 'custom', input: context.value, message: 'must be a language tag like en-GB' });
  })
  .describe('BCP 47 tag');

/** Personal data: shown to none but tokens that may write, and on the log only sealed. */
export const contact = z
  .strictObject({
    name: z
      .string()
      .trim()
      .normalize('NFC')
      .regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, { error: 'must be 1 to 200 characters without control characters' })
      .optional(),
    email: email.optional(),
    phone: phone.optional(),
    language: language.optional(),
  })
  .meta({ id: 'Contact' });

const said = z
  .strictObject({
    channel: z.enum(['email', 'sms', 'push']),
    granted: z.boolean().describe('true: wants messages by this channel'),
    changedAt: instant.optional().describe('when the member said so; now if left out, or dated ahead'),
  })
  .meta({ id: 'Consent' });

export const consents = z
  .array(said)
  .max(3)
  .refine((list) => new Set(list.map(({ channel }) => channel)).size === list.length, 'a channel may be there once');

export const newMember = z
  .strictObject({
    memberId,
    contact: contact.optional().describe('replaces the contact that stands'),
    consents: consents.optional().describe('without a date it settles only what the member was not asked about yet'),
  })
  .meta({ id: 'NewMember' });

/** What a registration may say of a member beside the id. */
export type ProfileChange = Readonly<{ contact?: Contact | undefined; consents?: readonly Said[] | undefined }>;

export function toProfile({ contact, consents }: z.infer<typeof newMember>): ProfileChange {
  return { contact, consents: consents && toSaid(consents) };
}

export function toSaid(list: z.infer<typeof consents>): readonly Said[] {
  return list.map(({ channel, granted, changedAt }) => ({
    channel,
    granted,
    changedAt: changedAt === undefined ? undefined : new Date(changedAt),
  }));
}
