import type { Provider } from '@nestjs/common';
import { contactKeyList, Sealer } from '@tessera/platform-messaging';
import { SETTINGS } from '@tessera/platform-service';
import { z } from 'zod';

/** What membership must be told at start: the deployment's contact keys, which campaign holds too. */
export const membershipSettings = z.object({
  /** Without any, contacts are kept here and published once there are keys. */
  contactKeys: contactKeyList.optional(),
});

/** The `Sealer` of the deployment's keys; null while there are none. */
export const CONTACT_SEALER = Symbol('ContactSealer');

export const contactSealer: Provider = {
  provide: CONTACT_SEALER,
  inject: [SETTINGS],
  useFactory: ({ contactKeys }: z.infer<typeof membershipSettings>) => (contactKeys ? new Sealer(contactKeys) : null),
};
