import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { InMemoryCache } from '@tessera/platform-cache';
import { IdempotentRequests, RequestPruning } from '@tessera/platform-http';
import {
  Messaging,
  NO_FAILPOINTS,
  OWN_STATES,
  type OwnStates,
  PARKED_FACTS,
  type ParkedFacts,
  REBUILDABLE,
  type Rebuildable,
  RethrowingFilter,
  SUBJECT_REFRESH,
  type SubjectRefresh,
  Subjects,
  OWN_WORK,
  type OwnWork,
  UNFINISHED_WORK,
  type UnfinishedWork,
} from '@tessera/platform-messaging';
import { Tracing } from '@tessera/platform-tracing';
import type { DataSource } from 'typeorm';
import type { RunningService, ServiceDefinition, StartOptions } from './definition.js';
import { ServiceNotStartable } from './errors.js';
import { serveHealth } from './health.js';
import { createHttpApplication } from './http-application.js';
import { createLogger, type Logger } from './logger.js';
import { MessagingAccess } from './messaging-access.js';
import { Metrics } from './metrics.js';
import { openDatabase } from './open-database.js';
import { rootModule } from './platform.module.js';
import { RequestGate } from './request-gate.js';
import { createRunningService } from './running-service.js';
import { Shutdown } from './shutdown.js';
import { UpkeepGate } from './upkeep-gate.js';

const SHUTDOWN_MS = 15_000;

/**
 * Starts one service: database, application, publishing and timers, consuming, requests, in this order, so that closing in the
 * opposite one leaves nothing half done. Rejects when any of it fails, with what was opened closed again.
 */
export async function startService(definition: ServiceDefinition, options: StartOptions): Promise<RunningService> {
  const processLogger = options.logger ?? createLogger();
  const logger = processLogger.child({ service: definition.name });
  const shutdown = new Shutdown(logger, options.shutdownMs ?? SHUTDOWN_MS);
  shutdown.opened('logs', () => processLogger.flush());
  try {
    return await compose(definition, options, { processLogger, logger, shutdown });
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

type Basics = Readonly<{ processLogger: Logger; logger: Logger; shutdown: Shutdown }>;

async function compose(definition: ServiceDefinition, options: StartOptions, basics: Basics): Promise<RunningService> {
  const { logger, shutdown } = basics;
  const metrics = new Metrics(
    definition.name,
    definition.consumes.map(({ topic }) => topic),
  );
  const tracing = options.tracing ?? Tracing.off;
  const gate = new RequestGate();
  const upkeepGate = new UpkeepGate();
  const settings = settingsOf(definition, options);
  const { sessionTimeoutMs } = options.log;
  const dataSource = await openDatabase(definition, { ...options, sessionTimeoutMs }, logger);
  if (dataSource) shutdown.opened('database', () => dataSource.destroy());
  const { log, cache = new InMemoryCache(), failpoints = NO_FAILPOINTS } = options;
  const root = rootModule(definition, { log, cache, logger, metrics, tracing, dataSource, settings, failpoints });
  const app = await createHttpApplication({ ...basics, definition, options, root, metrics, gate, upkeepGate });
  shutdown.opened('application', () => app.close());

  const messaging = dataSource ? createMessaging(app, definition, options, { logger, metrics, dataSource }) : null;
  const service = createRunningService({ app, definition, options, dataSource, messaging, metrics, gate, shutdown });
  serveHealth(app, service);
  if (messaging) {
    upkeepGate.follow(messaging.upkeepLoop);
    await messaging.prepare();
    connectConsumers(app, messaging);
  }
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  if (dataSource) startPruning(app, { logger, shutdown });
  if (messaging) await startMessaging(app, messaging, definition, shutdown);
  if (options.listen) await app.listen(options.listen.port, options.listen.host);
  shutdown.opened('requests', () => gate.close());
  logger.info({ url: service.url }, 'ready');
  return service;
}

function settingsOf({ name, settings }: ServiceDefinition, options: StartOptions): unknown {
  const read = settings?.safeParse(options.settings ?? {});
  if (!read || read.success) return read?.data;
  const issues = read.error.issues.map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`);
  throw new ServiceNotStartable(`the settings of ${name} are not usable: ${issues.join('; ')}`);
}

function startPruning(app: NestFastifyApplication, { logger, shutdown }: Pick<Basics, 'logger' | 'shutdown'>): void {
  const pruning = new RequestPruning({ requests: app.get(IdempotentRequests), logger });
  pruning.start();
  shutdown.opened('pruning', () => pruning.stop());
}

type MessagingParts = Readonly<{ logger: Logger; metrics: Metrics; dataSource: DataSource }>;

/** Here messaging meets the service: what its module provides under the two tokens is what the platform's loops call. */
function createMessaging(
  app: NestFastifyApplication,
  { name: service, produces, recordsMaxOf }: ServiceDefinition,
  { log, databaseUrl, relayLeaseMs, recordsMax, tracing, failpoints }: StartOptions,
  parts: MessagingParts,
): Messaging {
  const parked = provided<ParkedFacts>(app, PARKED_FACTS);
  const messaging = new Messaging({
    ...parts,
    service,
    log,
    databaseUrl: databaseUrl ?? '',
    subjects: app.get(Subjects),
    refresh: provided<SubjectRefresh>(app, SUBJECT_REFRESH),
    parked,
    unfinished: provided<UnfinishedWork>(app, UNFINISHED_WORK),
    rebuildable: provided<Rebuildable>(app, REBUILDABLE),
    ownStates: provided<OwnStates>(app, OWN_STATES),
    produces: produces.map(({ topic }) => topic),
    ...(relayLeaseMs && { relayLeaseMs }),
    ...(recordsMax ? { recordsMax } : recordsMaxOf && { recordsMaxOf }),
    ...(failpoints && { failpoints }),
    ...(tracing && { tracing }),
  });
  app.get(MessagingAccess).open({ messaging, parked });
  return messaging;
}

/** Before the application is initialised: Nest silently ignores a filter that comes later, and hides a handler's own error without it. */
function connectConsumers(app: NestFastifyApplication, messaging: Messaging): void {
  const consumers = app.connectMicroservice(
    { strategy: messaging.transport },
    { inheritAppConfig: false, deferInitialization: true },
  );
  consumers.useGlobalFilters(new RethrowingFilter());
}

async function startMessaging(
  app: NestFastifyApplication,
  messaging: Messaging,
  definition: ServiceDefinition,
  shutdown: Shutdown,
): Promise<void> {
  messaging.start();
  shutdown.opened('relay and timers', () => messaging.stop());
  const ownWork = provided<OwnWork>(app, OWN_WORK);
  if (ownWork) shutdown.opened('own work', () => ownWork.stop());

  shutdown.opened('consumers', () => messaging.transport.close());
  await app.startAllMicroservices();
  shutdown.opened('upkeep', () => messaging.upkeepLoop.stop());

  const wanted = definition.consumes.map(({ topic }) => topic).sort();
  const found = [...messaging.handlers.topics].sort();
  if (wanted.join() !== found.join()) {
    throw new ServiceNotStartable(
      `${definition.name} says it consumes [${wanted.join()}] but handles [${found.join()}]`,
    );
  }
  messaging.upkeepLoop.start();
}

/** Asked for by looking, because Nest's own refusal is logged as an error first. */
function provided<Provider>(app: NestFastifyApplication, token: symbol): Provider | null {
  const isProvided = [...app.get(ModulesContainer).values()].some(({ providers }) => providers.has(token));
  return isProvided ? app.get<Provider>(token, { strict: false }) : null;
}
