import { memberRegistered, programPublished, purchaseCreated, purchaseRefunded, tierChanged } from '@tessera/contracts';
import type { ServiceDefinition } from '@tessera/platform-service';
import { purchaseMigrations } from '@tessera/purchases';
import { MembershipModule } from './membership.module.js';
import { MemberEntity } from './persistence/member.entity.js';
import { Membership1767225600200 } from './persistence/migrations/1767225600200-membership.js';

export const membership: ServiceDefinition = {
  name: 'membership',
  description: 'Who is a member, which tier they are in and have been in, and the program that decides it.',
  consumes: [purchaseCreated, purchaseRefunded],
  produces: [memberRegistered, tierChanged, programPublished],
  migrations: [...purchaseMigrations, Membership1767225600200],
  entities: [MemberEntity],
  module: MembershipModule,
};
