import type { Log } from '@tessera/platform-bus';
import type { z } from 'zod';
import type { HttpSettings, RunningService, ServiceDefinition, StartOptions } from './definition.js';
import { createLogger } from './logger.js';
import { startService } from './start-service.js';
import { stopOnSignals } from './signals.js';
import type { doorVariables, serviceVariables } from './variables.js';

type Variables = z.infer<typeof doorVariables> & Partial<z.infer<typeof serviceVariables>>;

/** A service as the only one of its process: reads its settings from `variables`, serves on its own port, and stops on a signal, the log last. */
export async function runService(
  definition: ServiceDefinition,
  variables: Variables,
  log: Log,
): Promise<RunningService> {
  const logger = createLogger({ level: variables.LOG_LEVEL });
  const service = await startService(definition, { ...startOptions(variables), log, logger });
  stopOnSignals(async () => {
    await service.close();
    await log.close();
  });
  return service;
}

function startOptions(variables: Variables): Omit<StartOptions, 'log' | 'logger'> {
  const { DATABASE_URL, MIGRATE, POOL_SIZE, RELAY_LEASE_MS } = variables;
  return {
    databaseUrl: DATABASE_URL ?? null,
    tokens: variables.TESSERA_TOKENS,
    listen: { host: variables.HOST, port: variables.PORT },
    shutdownMs: variables.SHUTDOWN_MS,
    http: httpSettings(variables),
    ...(MIGRATE !== undefined && { migrate: MIGRATE }),
    ...(POOL_SIZE !== undefined && { poolSize: POOL_SIZE }),
    ...(RELAY_LEASE_MS !== undefined && { relayLeaseMs: RELAY_LEASE_MS }),
  };
}

const httpSettings = ({ BODY_LIMIT_BYTES, RATE_LIMIT_MAX, RATE_LIMIT_WINDOW_MS }: Variables): HttpSettings => ({
  ...(BODY_LIMIT_BYTES !== undefined && { bodyLimitBytes: BODY_LIMIT_BYTES }),
  ...(RATE_LIMIT_MAX !== undefined && { rateLimit: { max: RATE_LIMIT_MAX, windowMs: RATE_LIMIT_WINDOW_MS } }),
});
