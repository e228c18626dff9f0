import {
  memberRegistered,
  pointsChanged,
  programPublished,
  purchaseCreated,
  purchaseRefunded,
  tierChanged,
} from '@tessera/contracts';
import type { ServiceDefinition } from '@tessera/platform-service';
import { purchaseMigrations } from '@tessera/purchases';
import { LedgerModule } from './ledger.module.js';
import { Ledger1767225600200 } from './persistence/migrations/1767225600200-ledger.js';

/** Points kept like money: what it owns and promises is in the README. */
export const ledger: ServiceDefinition = {
  name: 'ledger',
  description: 'Points kept like money: balances, statements, redemptions, and books that can be checked.',
  consumes: [purchaseCreated, purchaseRefunded, memberRegistered, tierChanged, programPublished],
  produces: [pointsChanged],
  migrations: [...purchaseMigrations, Ledger1767225600200],
  entities: [],
  module: LedgerModule,
};
