import {
  memberErased,
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
import { ledgerSettings } from './ledger.settings.js';
import { Ledger1767225600200 } from './persistence/migrations/1767225600200-ledger.js';
import { Restatements1767312000200 } from './persistence/migrations/1767312000200-restatements.js';
import { LedgerErasures1767571200200 } from './persistence/migrations/1767571200200-ledger-erasures.js';
import { BooksChecked1767657600200 } from './persistence/migrations/1767657600200-books-checked.js';

/**
 * Purchases come in masses, and what one costs here does not depend on what is known of its member. Half as many at once cost a tenth more
 * each; more bring a service that is behind near the memory it is given.
 */
const PURCHASES_MAX = 2_000;

export { ledgerSettingsFrom, ledgerVariables } from './ledger.settings.js';

/** Points kept like money: what it owns and promises is in the README. */
export const ledger: ServiceDefinition = {
  name: 'ledger',
  description: 'Points kept like money: balances, statements, redemptions, and books that can be checked.',
  consumes: [purchaseCreated, purchaseRefunded, memberRegistered, memberErased, tierChanged, programPublished],
  produces: [pointsChanged],
  migrations: [
    ...purchaseMigrations,
    Ledger1767225600200,
    Restatements1767312000200,
    LedgerErasures1767571200200,
    BooksChecked1767657600200,
  ],
  entities: [],
  module: LedgerModule,
  recordsMaxOf: { [purchaseCreated.topic]: PURCHASES_MAX },
  settings: ledgerSettings,
};
