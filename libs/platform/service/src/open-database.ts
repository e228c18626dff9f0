import { createDataSource } from '@tessera/platform-database';
import { IdempotentRequestsByAge1767571200001, IdempotentRequestsTable1767225600001 } from '@tessera/platform-http';
import {
  ConsumerPrologue1767830400000,
  Messaging1767225600000,
  Upkeep1767312000000,
} from '@tessera/platform-messaging';
import type { DataSource } from 'typeorm';
import type { ServiceDefinition, StartOptions } from './definition.js';
import { ServiceNotStartable } from './errors.js';
import type { Logger } from './logger.js';
import { assertTimeLimits, timeLimits } from './time-limits.js';

type DatabaseOptions = Pick<StartOptions, 'databaseUrl' | 'poolSize' | 'migrate' | 'timeLimits'> &
  Readonly<{ sessionTimeoutMs?: number | null }>;

/** The service's own database, up to date; null for a service without one. Nothing stays open when it rejects. */
export async function openDatabase(
  { name, migrations, entities, consumes }: ServiceDefinition,
  { databaseUrl, poolSize, migrate = false, timeLimits: given = {}, sessionTimeoutMs = null }: DatabaseOptions,
  logger: Logger,
): Promise<DataSource | null> {
  if (databaseUrl === null) {
    if (migrations.length + consumes.length === 0) return null;
    throw new ServiceNotStartable(`${name} has tables or consumes events, so it needs a database`);
  }
  const common = {
    url: databaseUrl,
    name: `tessera ${name}`,
    migrations: [
      Messaging1767225600000,
      IdempotentRequestsTable1767225600001,
      IdempotentRequestsByAge1767571200001,
      Upkeep1767312000000,
      ConsumerPrologue1767830400000,
      ...migrations,
    ],
    entities,
  };
  if (migrate) await migrateWithTime(createDataSource(common), logger);
  const limits = timeLimits(given, sessionTimeoutMs);
  const dataSource = createDataSource({ ...common, limits, ...(poolSize && { poolSize }) });
  await dataSource.initialize();
  try {
    if (!migrate) await assertMigrated(dataSource, name);
    await assertTimeLimits(dataSource, sessionTimeoutMs);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** By connections of their own: a statement of a migration may take as long as it must. */
async function migrateWithTime(dataSource: DataSource, logger: Logger): Promise<void> {
  await dataSource.initialize();
  try {
    const done = await dataSource.runMigrations();
    if (done.length > 0) logger.info({ migrations: done.map((migration) => migration.name) }, 'migrated');
  } finally {
    await dataSource.destroy();
  }
}

async function assertMigrated(dataSource: DataSource, name: string): Promise<void> {
  if (await dataSource.showMigrations()) {
    throw new ServiceNotStartable(`the database of ${name} lacks migrations: run it once with MIGRATE=only first`);
  }
}
