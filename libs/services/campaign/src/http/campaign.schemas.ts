import { instant, name } from '@tessera/contracts';
import { pageOf, pageQuery } from '@tessera/platform-http';
import { z } from 'zod';
import { ADDRESS } from '../campaign.settings.js';
import { MESSAGE_STATES } from '../domain/message.js';

const slug = (what: string) =>
  z
    .string()
    .regex(
      /^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/,
      'must be 1 to 64 lower-case letters, digits and single dashes between them',
    )
    .describe(what);

export const campaignId = slug('Id of the campaign, like thank-you');
export const templateId = slug('Id of the template, like thank-you');
export const messageId = z.uuid().describe('Id of the message');

const moment = z.iso.datetime();

/** What PostgreSQL can hold; line breaks and tabs are welcome. */
const source = (lengthMax: number) =>
  z
    .string()
    .min(1)
    .max(lengthMax)
    .regex(/^[^\0\p{Cs}]*$/u, 'must not hold null characters or halves of characters');

export const campaignDraft = z
  .strictObject({
    name: name(100).describe('For people'),
    segment: name(64).describe('The segment whose entry triggers it, like big-180'),
    template: templateId,
    channel: z.literal('email').default('email'),
    startsAt: instant
      .transform((text) => new Date(text))
      .optional()
      .describe('Entries dated before it trigger nothing; its creation unless told otherwise'),
  })
  .meta({ id: 'CampaignDraft' });

export const putQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((choice) => choice === 'true')
    .describe('true: count what it would do with the members in the segment, and change nothing'),
});

export const listQuery = pageQuery.strict();
export const messagesQuery = pageQuery.extend({ state: z.enum(MESSAGE_STATES).optional() }).strict();

export const templateDraft = z
  .strictObject({
    subject: source(500).describe('Liquid; one line'),
    text: source(100_000).describe('Liquid; the mail for readers without HTML'),
    html: source(100_000).describe('Liquid; everything shown is escaped'),
  })
  .meta({
    id: 'TemplateDraft',
    description:
      'Liquid with the variables name, points, tier and items (a list of {sku, name}). What is not known of a member is empty, 0 for ' +
      'points: `{{ name | default: "there" }}`.',
  });

const memberIn = { memberId: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be a member id') };
export const previewRequest = z.strictObject(memberIn).meta({ id: 'PreviewRequest' });
export const testRequest = z
  .strictObject({
    ...memberIn,
    to: z
      .string()
      .max(254)
      .regex(ADDRESS, 'expected an address')
      .optional()
      .describe("An address of the operator's own; the deployment's unless told otherwise"),
  })
  .meta({ id: 'TestRequest' });

export const campaignAnswer = z
  .object({
    campaignId: z.string(),
    name: z.string(),
    segment: z.string(),
    template: z.string(),
    channel: z.literal('email'),
    startsAt: moment,
    state: z.enum(['running', 'stopped']).describe('stopped: nothing is sent; who is to get it is still noted'),
    createdAt: moment,
  })
  .meta({ id: 'Campaign' });
export const campaignPage = pageOf(campaignAnswer);

export const audienceAnswer = z
  .object({
    inSegment: z.int(),
    already: z.int().describe('have a message of this campaign'),
    notMeant: z.int().describe('entered before it starts, or by history that was loaded'),
    would: z.int().describe('would get it now'),
    wouldWait: z.int().describe('would get it once their address and a word on consent are known'),
    refused: z.int().describe('refused e-mail'),
  })
  .describe('Members in the segment now, and what the campaign would do with them')
  .meta({ id: 'Audience' });

export const templateAnswer = z
  .object({
    template: z.string(),
    version: z.int(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    createdAt: moment.describe('of this version'),
  })
  .meta({ id: 'Template' });
export const templatePage = pageOf(templateAnswer);

export const previewAnswer = z
  .object({ version: z.int(), subject: z.string(), text: z.string(), html: z.string() })
  .meta({ id: 'Preview' });
export const testAnswer = z.object({ to: z.string(), subject: z.string() }).meta({ id: 'TestMail' });

export const messageAnswer = z
  .object({
    messageId: z.string(),
    memberId: z.string(),
    campaignId: z.string(),
    template: z.string(),
    templateVersion: z.int().nullable().describe('it was last made from; null before the first attempt'),
    channel: z.literal('email'),
    state: z.enum(MESSAGE_STATES),
    reason: z.string().nullable(),
    attempts: z.int(),
    doubts: z.int().describe('attempts of which nobody knows how they ended'),
    rfcMessageId: z.string().describe('The Message-ID of the mail, the same in all attempts'),
    nextAttemptAt: moment
      .nullable()
      .describe('of a waiting message: not before then; null: when it knows what it waits for'),
    createdAt: moment,
    changedAt: moment,
  })
  .meta({ id: 'Message' });
export const messagePage = pageOf(messageAnswer);

export const summaryAnswer = z
  .object({
    messages: z.record(z.enum(MESSAGE_STATES), z.int()).describe('Messages in each state'),
    messagesTotal: z.int().describe('all but the suppressed'),
  })
  .meta({ id: 'MessageSummary' });
