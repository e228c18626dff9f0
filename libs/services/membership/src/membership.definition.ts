import {
  consentChanged,
  memberContactChanged,
  memberErased,
  memberRegistered,
  programPublished,
  purchaseCreated,
  purchaseRefunded,
  tierChanged,
} from '@tessera/contracts';
import type { ServiceDefinition } from '@tessera/platform-service';
import { purchaseMigrations } from '@tessera/purchases';
import { MembershipModule } from './membership.module.js';
import { membershipSettings } from './membership.settings.js';
import { MemberEntity } from './persistence/member.entity.js';
import { Membership1767225600200 } from './persistence/migrations/1767225600200-membership.js';
import { MemberContacts1767312000200 } from './persistence/migrations/1767312000200-member-contacts.js';

export const membership: ServiceDefinition = {
  name: 'membership',
  description:
    'Who is a member and how to reach them, which tier they are in and have been in, and the program that decides it.',
  consumes: [purchaseCreated, purchaseRefunded],
  produces: [memberRegistered, memberContactChanged, consentChanged, memberErased, tierChanged, programPublished],
  migrations: [...purchaseMigrations, Membership1767225600200, MemberContacts1767312000200],
  entities: [MemberEntity],
  module: MembershipModule,
  settings: membershipSettings,
  // An import of 1,000 members with all that may be said of each.
  http: { bodyLimitBytes: 4 * 1024 * 1024 },
};
