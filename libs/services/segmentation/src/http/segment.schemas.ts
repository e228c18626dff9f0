import { name, text } from '@tessera/contracts';
import { pageOf, pageQuery } from '@tessera/platform-http';
import { z } from 'zod';
import { conditionSchema, readRule, type Rule, RULE_LIMITS } from '../domain/rule.js';

export const segmentId = z
  .string()
  .regex(
    /^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/,
    'must be 1 to 64 lower-case letters, digits and single dashes between them',
  )
  .describe('Id of the segment, like big-180');

/** The document is read by `readRule`, whose issues name the place in the tree; a union would only say that no form fits. */
const rule = z
  .unknown()
  .transform((document, context): Rule => {
    const read = readRule(document);
    if ('rule' in read) return read.rule;
    for (const { path, message } of read.issues) {
      context.issues.push({ code: 'custom', input: document, path: [...path], message });
    }
    return z.NEVER;
  })
  .meta({
    id: 'Rule',
    description:
      `A condition, or {"all": [rules]}, {"any": [rules]} or {"not": rule}; at most ${RULE_LIMITS.parts} parts and ` +
      `${RULE_LIMITS.depth} levels. Windows are (t - withinDays x 24 h, t]; withinDays null is ever; value counts purchases, or ` +
      `minor units of the program's currency.`,
    examples: [
      {
        all: [
          { measure: 'live-purchases', withinDays: null, is: 'at-least', value: 2 },
          { measure: 'live-purchases', withinDays: 60, is: 'at-most', value: 0 },
        ],
      },
    ],
  });

export const segmentDraft = z
  .strictObject({
    name: name(100).describe('For people'),
    description: text(1_000).default('').describe('For people'),
    rule,
  })
  .meta({ id: 'SegmentDraft' });

export const putQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((choice) => choice === 'true')
    .describe('true: count whom the rule would take in, and change nothing'),
});

export const listQuery = pageQuery.strict();

export const memberSegmentsQuery = z.strictObject({
  all: z
    .enum(['true', 'false'])
    .default('false')
    .transform((choice) => choice === 'true')
    .describe('true: also the segments that the member is not in'),
});

const moment = z.iso.datetime();
const ruleAnswer = z.unknown().describe('The rule, as it was put');
const cause = z
  .looseObject({ kind: z.enum(['purchase', 'refund', 'window', 'registration', 'definition']) })
  .describe('What made the member enter; with purchaseId or refundId, and backfill, where a fact did');

export const segmentAnswer = z
  .object({
    segment: z.string(),
    version: z.int().describe("Version of the segment's rule"),
    name: z.string(),
    description: z.string(),
    rule: ruleAnswer,
    createdAt: moment,
    changedAt: moment.describe('When the rule was last changed'),
  })
  .meta({ id: 'Segment' });

export const segmentPage = pageOf(segmentAnswer);
export const versionPage = pageOf(z.object({ version: z.int(), rule: ruleAnswer, createdAt: moment }));
export const segmentMemberPage = pageOf(
  z.object({ memberId: z.string(), version: z.int(), enteredAt: moment, cause }).meta({ id: 'SegmentMember' }),
);

export const trialAnswer = z
  .object({ now: z.int(), would: z.int(), entering: z.int(), leaving: z.int() })
  .describe('Members in the segment now, those whom the rule would take in, and the difference')
  .meta({ id: 'TrialCounts' });

export const explainedMember = z
  .object({
    memberId: z.string(),
    at: moment.describe('The instant at which everything was measured'),
    segments: z.array(
      z.object({
        segment: z.string(),
        isIn: z.boolean(),
        version: z.int().nullable().describe('Version of the rule under which the member entered'),
        enteredAt: moment.nullable(),
        cause: cause.nullable(),
        conditions: z.array(conditionSchema.extend({ measured: z.int(), holds: z.boolean() }).meta({ id: 'Reason' })),
      }),
    ),
  })
  .meta({ id: 'ExplainedMember' });

export const summaryAnswer = z
  .object({ segments: z.record(z.string(), z.int()).describe('Members of each segment') })
  .meta({ id: 'SegmentSummary' });
