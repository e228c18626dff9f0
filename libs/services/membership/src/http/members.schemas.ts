import { pageOf } from '@tessera/platform-http';
import { z } from 'zod';
import { CONTACT_FIELDS } from '../domain/contact.js';
import { consents, contact } from '../new-member.js';

const instant = z.iso.datetime();

export const registration = z.object({ memberId: z.string(), registeredAt: instant }).meta({ id: 'Registration' });

export const member = registration
  .extend({
    erasedAt: instant.nullable().describe('since when nothing personal is held of this number'),
    tier: z.string().nullable().describe('the tier today; null while there is no program'),
  })
  .meta({ id: 'Member' });

const toldConsents = z.array(z.object({ channel: z.string(), granted: z.boolean(), changedAt: instant }));

export const memberDetails = member
  .extend({
    contact: z
      .object({ name: z.string(), email: z.string(), phone: z.string(), language: z.string() })
      .partial()
      .optional()
      .describe('only for tokens that may write'),
    consents: toldConsents.describe('the last word on each channel that the member was asked about'),
  })
  .meta({ id: 'MemberDetails' });

export const contactChange = contact.describe('the whole contact: a field left out is taken out');

export const consentsChange = z
  .strictObject({ consents: consents.min(1).describe('channels left out stay as they are') })
  .meta({ id: 'ConsentsChange' });

export const profile = z
  .object({ memberId: z.string(), contact, consents: toldConsents })
  .meta({ id: 'MemberProfile' });

export const eraseQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((choice) => choice === 'true')
    .describe('true: tell what would be erased, and change nothing'),
});

export const erasure = z
  .object({
    memberId: z.string(),
    dryRun: z.boolean(),
    erasedAt: instant.nullable(),
    erases: z.array(z.enum(CONTACT_FIELDS)).describe('fields of the contact'),
    withdraws: z.array(z.string()).describe('channels whose consent is withdrawn'),
  })
  .meta({ id: 'MemberErasure' });

export const memberPage = pageOf(member).meta({ id: 'MemberPage' });

/** Items are looked at one by one, so that a bad one is refused alone. */
export const importRequest = z
  .strictObject({ members: z.array(z.unknown()).min(1).max(1_000).describe('each as `POST /members` takes it') })
  .meta({ id: 'MemberImport' });

export const importAnswer = z
  .object({
    results: z.array(
      z.object({
        index: z.int().describe('place of the item in the call, from 0'),
        status: z.enum(['created', 'known', 'refused']),
        memberId: z.string().optional(),
        issues: z.array(z.string()).optional(),
      }),
    ),
  })
  .meta({ id: 'MemberImportResults' });

export const memberTier = z
  .object({
    memberId: z.string(),
    tier: z.string(),
    multiplier: z.int().describe('on points earned, in hundredths'),
    priceFactor: z.int().describe('on prices, in hundredths: 95 pays 0.95'),
    currency: z.string(),
    spendMinor: z.int().describe('net spend of the window, in minor units'),
    windowDays: z.int().describe('length of the window, in days of 24 hours'),
    nextTier: z.object({ tier: z.string(), fromMinor: z.int(), missingMinor: z.int() }).nullable(),
    changesAt: instant.nullable().describe('when the tier changes next if nothing is bought or given back'),
    history: z.array(z.object({ effectiveAt: instant, afterPurchaseId: z.string().nullable(), tier: z.string() })),
    asOf: instant,
  })
  .meta({ id: 'MemberTier' });

export const membersSummary = z
  .object({ members: z.int(), tiers: z.record(z.string(), z.int()).describe('members in each tier') })
  .meta({ id: 'MembersSummary' });
