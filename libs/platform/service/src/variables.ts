import { tokenList } from '@tessera/platform-auth';
import { bytes, count, flag, json, logLevel, milliseconds, port, postgresUrl } from '@tessera/platform-config';
import { tracingVariables } from '@tessera/platform-tracing';
import { z } from 'zod';

const brokers = z
  .string()
  .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'expected host:port, or several with commas between')
  .transform((list) => list.split(','));

/** Where the log is: a Kafka, or the PostgreSQL of the embedded log, which is for one process. */
export const logVariables = z.object({
  KAFKA_BROKERS: brokers.optional().describe("host:port of some of Kafka's brokers, with commas between"),
  KAFKA_SSL: flag.default(false).describe('whether the brokers are reached by TLS'),
  KAFKA_SSL_CA_FILE: z.string().optional().describe("PEM file of the authority that signed the brokers' certificates"),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_SASL_USERNAME: z.string().default(''),
  KAFKA_SASL_PASSWORD: z.string().default(''),
  KAFKA_SESSION_MS: milliseconds
    .default(10_000)
    .describe('how long a process that fell silent keeps its partitions; the brokers allow no less than 6000'),
  TESSERA_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, dashes or underscores')
    .optional()
    .describe('put before all topics and groups, on a Kafka that several deployments share'),
  LOG_DATABASE_URL: postgresUrl
    .optional()
    .describe('the PostgreSQL that holds the embedded log, where there is no Kafka'),
  LOG_PARTITIONS: count.default(4).describe('partitions of topics that do not exist yet'),
});

const redisUrl = z.string().regex(/^rediss?:\/\/\S+$/, 'expected redis:// or rediss://');

export type LogVariables = z.infer<typeof logVariables>;

/** Environment of a service that has no database. */
export const doorVariables = logVariables.extend({
  ...tracingVariables.shape,
  HOST: z.string().default('127.0.0.1').describe('the address HTTP is served on; 0.0.0.0 for all'),
  PORT: port.default(3000).describe('the port HTTP is served on'),
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
  REDIS_URL: redisUrl
    .optional()
    .describe('the cache that replicas share; without it each process has its own, and answers are the same'),
  POOL_SIZE: count.default(20).describe('connections to the database'),
  DATABASE_LOCK_MS: milliseconds
    .optional()
    .describe('how long a statement may wait for a lock; with Kafka a third of KAFKA_SESSION_MS, else 20000'),
  DATABASE_IDLE_MS: milliseconds
    .optional()
    .describe('how long a transaction may do nothing; with Kafka a third of KAFKA_SESSION_MS, else 20000'),
  DATABASE_STATEMENT_MS: milliseconds
    .default(60_000)
    .describe('how long a statement may take; migrations have no limit'),
  RELAY_LEASE_MS: milliseconds.default(6_000).describe('how long a relay that died keeps others from publishing'),
});
