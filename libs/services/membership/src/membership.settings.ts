import { json } from '@tessera/platform-config';
import { contactKeyList } from '@tessera/platform-messaging';
import { z } from 'zod';

/** What membership must be told at start: the deployment's contact keys, which campaign holds too. */
export const membershipSettings = z.object({
  /** Without any, contacts are kept here and published once there are keys. */
  contactKeys: contactKeyList.optional(),
});

export type MembershipSettings = z.infer<typeof membershipSettings>;

/** Environment of the service beyond that of every service. */
export const membershipVariables = z.object({
  TESSERA_CONTACT_KEYS: json(contactKeyList)
    .optional()
    .describe('JSON list of {id, key}: the keys that contacts are sealed under; without any they are not published'),
});

/** What the definition's `settings` ask for, from the environment. */
export const membershipSettingsFrom = (variables: z.infer<typeof membershipVariables>): MembershipSettings => ({
  contactKeys: variables.TESSERA_CONTACT_KEYS,
});
