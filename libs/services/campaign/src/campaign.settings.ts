import { contactKeyList } from '@tessera/platform-messaging';
import { z } from 'zod';

const milliseconds = z.int().min(1).max(86_400_000);

/** `someone@shop.example` or `The Shop <someone@shop.example>`. */
export const ADDRESS = /^(?:[^<>\r\n]*<)?([^\s<>@,;:"()]+@[^\s<>@,;:"()]+)>?$/;

/** What the service must be told at start. Times are ms. */
export const campaignSettings = z
  .object({
    smtpUrl: z
      .url({
        protocol: /^smtps?$/,
        error: 'expected smtp://[user:password@]host[:port], or smtps:// for TLS from the start',
      })
      .describe('The mail server; ?ignoreTLS=true or ?requireTLS=true steer STARTTLS'),
    from: z
      .string()
      .regex(ADDRESS, 'expected an address, like The Shop <hello@shop.example>')
      .describe('Sender of every mail'),
    testTo: z
      .string()
      .regex(ADDRESS, 'expected an address')
      .optional()
      .describe('Where test mails go that name no address'),
    contactKeys: contactKeyList,
    connectionsMax: z
      .int()
      .min(1)
      .max(100)
      .default(4)
      .describe('Connections to the mail server, and messages sent at one time'),
    connectMs: milliseconds.default(10_000).describe('To connect, and again to be greeted'),
    replyMs: milliseconds.default(30_000).describe('For each answer of the mail server'),
    attemptMs: milliseconds.default(60_000).describe('For one attempt as a whole'),
    leaseMs: milliseconds.default(120_000).describe('How long one process alone may send a message'),
    retryFirstMs: milliseconds
      .default(1_000)
      .describe('Until a deferred message is tried again, four times longer each time'),
    retryMaxMs: milliseconds.default(14_400_000),
    deferralsMax: z
      .int()
      .min(0)
      .max(1_000)
      .default(25)
      .describe('Deferrals until a message is given up: some three days'),
    doubtsMax: z
      .int()
      .min(0)
      .max(1_000)
      .default(10)
      .describe('Attempts of unknown outcome until a message is given up'),
  })
  .refine(({ leaseMs, attemptMs }) => leaseMs >= attemptMs * 1.5, {
    path: ['leaseMs'],
    error: 'must be at least one and a half times attemptMs, or two processes might send one message',
  });

export type CampaignSettings = z.infer<typeof campaignSettings>;
