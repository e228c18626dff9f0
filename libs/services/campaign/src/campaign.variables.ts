import { count, json, milliseconds } from '@tessera/platform-config';
import { contactKeyList } from '@tessera/platform-messaging';
import { z } from 'zod';
import { ADDRESS, campaignSettings } from './campaign.settings.js';

const address = z.string().regex(ADDRESS, 'expected an address, like The Shop <hello@shop.example>');

/** Environment of the service beyond that of every service. */
export const campaignVariables = z.object({
  SMTP_URL: z.string().describe('the mail server: smtp://[user:password@]host[:port], or smtps://'),
  MAIL_FROM: address.describe('sender of every mail'),
  MAIL_TEST_TO: address.optional().describe('where test mails go that name no address'),
  SMTP_CONNECTIONS: count.default(4).describe('connections to the mail server'),
  SMTP_REPLY_MS: milliseconds.default(30_000).describe('how long each answer of the mail server may take'),
  SMTP_ATTEMPT_MS: milliseconds.default(60_000).describe('how long one attempt may take as a whole'),
  SMTP_LEASE_MS: milliseconds
    .default(120_000)
    .describe('how long one process alone may send a message: half as long again as an attempt, or longer'),
  TESSERA_CONTACT_KEYS: json(contactKeyList).describe(
    'JSON list of {id, key}: the keys that contacts are sealed under',
  ),
});

/** What the definition's `settings` ask for, from the environment. */
export const campaignSettingsFrom = (
  variables: z.infer<typeof campaignVariables>,
): z.input<typeof campaignSettings> => ({
  smtpUrl: variables.SMTP_URL,
  from: variables.MAIL_FROM,
  ...(variables.MAIL_TEST_TO !== undefined && { testTo: variables.MAIL_TEST_TO }),
  connectionsMax: variables.SMTP_CONNECTIONS,
  replyMs: variables.SMTP_REPLY_MS,
  attemptMs: variables.SMTP_ATTEMPT_MS,
  leaseMs: variables.SMTP_LEASE_MS,
  contactKeys: variables.TESSERA_CONTACT_KEYS,
});
