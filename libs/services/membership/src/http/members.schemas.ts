import { pageOf } from '@tessera/platform-http';
import { z } from 'zod';

const instant = z.iso.datetime();

export const registration = z.object({ memberId: z.string(), registeredAt: instant }).meta({ id: 'Registration' });

export const member = registration
  .extend({ tier: z.string().nullable().describe('the tier today; null while there is no program') })
  .meta({ id: 'Member' });

export const memberPage = pageOf(member).meta({ id: 'MemberPage' });

/** Items are looked at one by one, so that a bad one is refused alone. */
export const importRequest = z
  .strictObject({ members: z.array(z.unknown()).min(1).max(1_000).describe('each `{ "memberId": "..." }`') })
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
