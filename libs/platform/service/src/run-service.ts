import { ConfigInvalid, readEnvironment } from '@tessera/platform-config';
import { KafkaUnreachable, type Log } from '@tessera/platform-bus';
import type { TimeLimits } from '@tessera/platform-database';
import type { Cache } from '@tessera/platform-cache';
import { type Telemetry, telemetryFrom } from '@tessera/platform-tracing';
import type { z } from 'zod';
import type { HttpSettings, ServiceDefinition, StartOptions } from './definition.js';
import { ServiceNotStartable } from './errors.js';
import { createLogger, type Logger } from './logger.js';
import { openCache } from './open-cache.js';
import { openDatabase } from './open-database.js';
import { openLog } from './open-log.js';
import { stopOnSignals } from './signals.js';
import { startService } from './start-service.js';
import type { doorVariables, serviceVariables } from './variables.js';

type Door = z.infer<typeof doorVariables>;
type Variables = Door & Partial<z.infer<typeof serviceVariables>>;

/**
 * A service as the only one of its process: settings from the environment, a port of its own, an orderly end on SIGINT or
 * SIGTERM with the log closed last. What keeps it from starting is said on standard error, and the exit code is 1.
 * With `MIGRATE=only` it brings the service's database up to date and ends; nothing else is opened.
 * `settingsOf` picks from the environment what the definition's own `settings` ask for.
 */
export async function runService<Schema extends z.ZodObject<(typeof doorVariables)['shape']>>(
  definition: ServiceDefinition,
  schema: Schema,
  settingsOf: (variables: z.infer<Schema>) => unknown = () => undefined,
  extras: Pick<StartOptions, 'failpoints'> = {},
): Promise<void> {
  let log: Log | undefined;
  let telemetry: Telemetry | undefined;
  let cache: Cache | undefined;
  try {
    const variables = readEnvironment(schema);
    const logger = createLogger({ level: variables.LOG_LEVEL });
    if (isForMigrationsOnly(variables)) return await migrateOnly(definition, variables, logger);
    log = await openLog(variables, definition.name, logger);
    cache = openCache(variables, definition.name, logger);
    telemetry = telemetryFrom(variables, { logAttributes: logAttributes(variables), logger });
    const opened = [telemetry, log, cache];
    const service = await startService(definition, {
      ...startOptions(variables),
      ...extras,
      settings: settingsOf(variables),
      log,
      cache,
      logger,
      tracing: telemetry.tracing(definition.name),
    });
    // What the last requests and batches wrote down is sent once none comes after it.
    stopOnSignals(async () => {
      await service.close();
      for (const one of opened) await one.close();
    });
  } catch (error) {
    process.stderr.write(`${definition.name} did not start: ${reasonOf(error)}\n`);
    process.exitCode = 1;
    await telemetry?.close();
    await log?.close();
    await cache?.close();
  }
}

const logAttributes = ({ KAFKA_BROKERS }: Variables) => ({
  'messaging.system': KAFKA_BROKERS ? 'kafka' : 'postgresql',
});

const isForMigrationsOnly = ({ MIGRATE }: Variables): boolean => MIGRATE === 'only';

async function migrateOnly(definition: ServiceDefinition, variables: Variables, logger: Logger): Promise<void> {
  const serviceLogger = logger.child({ service: definition.name });
  const dataSource = await openDatabase(definition, { ...startOptions(variables), migrate: true }, serviceLogger);
  await dataSource?.destroy();
  serviceLogger.info({}, 'the database is up to date');
  await logger.flush();
}

const reasonOf = (error: unknown): string => {
  const told = [ConfigInvalid, ServiceNotStartable, KafkaUnreachable].some((kind) => error instanceof kind);
  if (told) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

function startOptions(variables: Variables): Omit<StartOptions, 'log' | 'cache' | 'logger'> {
  const { DATABASE_URL, MIGRATE, POOL_SIZE, RELAY_LEASE_MS } = variables;
  return {
    databaseUrl: DATABASE_URL ?? null,
    tokens: variables.TESSERA_TOKENS,
    listen: { host: variables.HOST, port: variables.PORT },
    shutdownMs: variables.SHUTDOWN_MS,
    http: httpSettings(variables),
    migrate: MIGRATE === true,
    ...(POOL_SIZE !== undefined && { poolSize: POOL_SIZE }),
    ...(RELAY_LEASE_MS !== undefined && { relayLeaseMs: RELAY_LEASE_MS }),
    timeLimits: givenLimits(variables),
  };
}

const givenLimits = ({
  DATABASE_IDLE_MS,
  DATABASE_LOCK_MS,
  DATABASE_STATEMENT_MS,
}: Variables): Partial<TimeLimits> => ({
  ...(DATABASE_IDLE_MS !== undefined && { idleInTransactionMs: DATABASE_IDLE_MS }),
  ...(DATABASE_LOCK_MS !== undefined && { lockMs: DATABASE_LOCK_MS }),
  ...(DATABASE_STATEMENT_MS !== undefined && { statementMs: DATABASE_STATEMENT_MS }),
});

const httpSettings = ({ BODY_LIMIT_BYTES, RATE_LIMIT_MAX, RATE_LIMIT_WINDOW_MS }: Variables): HttpSettings => ({
  ...(BODY_LIMIT_BYTES !== undefined && { bodyLimitBytes: BODY_LIMIT_BYTES }),
  ...(RATE_LIMIT_MAX !== undefined && { rateLimit: { max: RATE_LIMIT_MAX, windowMs: RATE_LIMIT_WINDOW_MS } }),
});
