import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { Log } from '@tessera/platform-bus';
import { type Cache, CACHE } from '@tessera/platform-cache';
import { IdempotentRequests } from '@tessera/platform-http';
import { Failpoints, Outbox, ReferenceData, Subjects } from '@tessera/platform-messaging';
import { Tracing } from '@tessera/platform-tracing';
import { DataSource, EntityManager } from 'typeorm';
import { DeadLettersController } from './admin/dead-letters.controller.js';
import { LogController } from './admin/log.controller.js';
import { ParkedFactsController } from './admin/parked-facts.controller.js';
import { ProgressController } from './admin/progress.controller.js';
import { UpkeepController } from './admin/upkeep.controller.js';
import { Clock, SystemClock } from './clock.js';
import type { ServiceDefinition } from './definition.js';
import { DueExits } from './due-exits.js';
import { Logger } from './logger.js';
import { MessagingAccess } from './messaging-access.js';
import { Metrics } from './metrics.js';

/** The log port, for the rare service that publishes without a state of its own. All others use `Outbox`. */
export const LOG = Symbol('Log');

/** What a service's own `settings` schema made of `StartOptions.settings`; undefined without such a schema. */
export const SETTINGS = Symbol('Settings');

type Parts = Readonly<{
  log: Log;
  cache: Cache;
  logger: Logger;
  metrics: Metrics;
  tracing: Tracing;
  dataSource: DataSource | null;
  settings: unknown;
  failpoints: Failpoints;
}>;

@Module({})
class PlatformModule {}

@Module({})
class ServiceRoot {}

/** A service's own module, and beside it, visible everywhere, what the platform provides. */
export function rootModule(definition: ServiceDefinition, parts: Parts): DynamicModule {
  const providers: Provider[] = [
    { provide: Clock, useClass: SystemClock },
    { provide: Logger, useValue: parts.logger },
    { provide: Metrics, useValue: parts.metrics },
    { provide: Tracing, useValue: parts.tracing },
    { provide: LOG, useValue: parts.log },
    { provide: CACHE, useValue: parts.cache },
    { provide: SETTINGS, useValue: parts.settings },
    { provide: Failpoints, useValue: parts.failpoints },
    ...(parts.dataSource ? withDatabase(definition, parts.dataSource, parts) : []),
  ];
  const platform: DynamicModule = {
    module: PlatformModule,
    global: true,
    providers,
    exports: providers.map((provider) => ('provide' in provider ? provider.provide : provider)),
    controllers: parts.dataSource
      ? [ProgressController, DeadLettersController, ParkedFactsController, LogController, UpkeepController]
      : [],
  };
  return { module: ServiceRoot, imports: [platform, definition.module] };
}

function withDatabase(
  { name }: ServiceDefinition,
  dataSource: DataSource,
  { tracing, failpoints }: Pick<Parts, 'tracing' | 'failpoints'>,
): Provider[] {
  const access = new MessagingAccess();
  return [
    { provide: DataSource, useValue: dataSource },
    { provide: EntityManager, useValue: dataSource.manager },
    { provide: Outbox, useValue: new Outbox(`urn:tessera:${name}`, { tracing, failpoints }) },
    { provide: Subjects, useValue: new Subjects() },
    { provide: ReferenceData, useValue: new ReferenceData() },
    { provide: IdempotentRequests, useValue: new IdempotentRequests(dataSource) },
    { provide: MessagingAccess, useValue: access },
    { provide: DueExits, useValue: new DueExits(access) },
  ];
}
