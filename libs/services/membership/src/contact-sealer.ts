import type { Provider } from '@nestjs/common';
import { Sealer } from '@tessera/platform-messaging';
import { SETTINGS } from '@tessera/platform-service';
import type { MembershipSettings } from './membership.settings.js';

/** The `Sealer` of the deployment's keys; null while there are none. */
export const CONTACT_SEALER = Symbol('ContactSealer');

export const contactSealer: Provider = {
  provide: CONTACT_SEALER,
  inject: [SETTINGS],
  useFactory: ({ contactKeys }: MembershipSettings) => (contactKeys ? new Sealer(contactKeys) : null),
};
