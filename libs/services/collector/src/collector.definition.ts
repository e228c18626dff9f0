import type { ServiceDefinition } from '@tessera/platform-service';
import { acceptedContracts } from './accepted-contracts.js';
import { CollectorModule } from './collector.module.js';

/** A thousand purchases with all their lines are larger than the usual limit of a body. */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

/** Keeps one runaway sender from starving the others; a shop of any size stays far below. */
const RATE_LIMIT = { max: 600_000, windowMs: 60_000 };

export const collector: ServiceDefinition = {
  name: 'collector',
  description: 'The door for events sent over HTTP: validates them and puts them on the log.',
  consumes: [],
  produces: acceptedContracts,
  migrations: [],
  entities: [],
  module: CollectorModule,
  http: { bodyLimitBytes: BODY_LIMIT_BYTES, rateLimit: RATE_LIMIT },
};
