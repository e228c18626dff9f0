import { tokenList } from '@tessera/platform-auth';
import { bytes, count, flag, json, logLevel, milliseconds, port, postgresUrl } from '@tessera/platform-config';
import { z } from 'zod';

/** Environment of a service that has no database. */
export const doorVariables = z.object({
  HOST: z.string().default('127.0.0.1').describe('the address HTTP is served on; 0.0.0.0 for all'),
  PORT: port.default(3000).describe('the port HTTP is served on'),
  LOG_DATABASE_URL: postgresUrl.describe('the PostgreSQL that holds the embedded log'),
  LOG_PARTITIONS: count.default(4).describe('partitions of topics that do not exist yet'),
  TESSERA_TOKENS: json(tokenList).describe('JSON list of {name, sha256, scopes}'),
  LOG_LEVEL: logLevel.default('info'),
  SHUTDOWN_MS: milliseconds.default(15_000).describe('how long shutting down may take'),
  BODY_LIMIT_BYTES: bytes.optional(),
  RATE_LIMIT_MAX: count.optional().describe('requests that one token may send in RATE_LIMIT_WINDOW_MS'),
  RATE_LIMIT_WINDOW_MS: milliseconds.default(60_000),
});

/** Environment of a service with a database of its own. */
export const serviceVariables = doorVariables.extend({
  DATABASE_URL: postgresUrl.describe("the service's own database"),
  MIGRATE: z
    .union([flag, z.literal('only')], 'expected true, false or only')
    .default(false)
    .describe('run missing migrations at start, for a deployment of one replica; only: run them and end'),
  POOL_SIZE: count.default(20).describe('connections to the database'),
  RELAY_LEASE_MS: milliseconds.default(6_000).describe('how long a relay that died keeps others from publishing'),
});
