import { createDataSource } from '@tessera/platform-database';
import { IdempotentRequestsTable1767225600001 } from '@tessera/platform-http';
import { Messaging1767225600000 } from '@tessera/platform-messaging';
import type { DataSource } from 'typeorm';
import type { ServiceDefinition, StartOptions } from './definition.js';
import { ServiceNotStartable } from './errors.js';
import type { Logger } from './logger.js';

type DatabaseOptions = Pick<StartOptions, 'databaseUrl' | 'poolSize' | 'migrate'>;

/** The service's own database, up to date; null for a service without one. Nothing stays open when it rejects. */
export async function openDatabase(
  { name, migrations, entities, consumes }: ServiceDefinition,
  { databaseUrl, poolSize, migrate = false }: DatabaseOptions,
  logger: Logger,
): Promise<DataSource | null> {
  if (databaseUrl === null) {
    if (migrations.length + consumes.length === 0) return null;
    throw new ServiceNotStartable(`${name} has tables or consumes events, so it needs a database`);
  }
  const dataSource = createDataSource({
    url: databaseUrl,
    name: `tessera ${name}`,
    migrations: [Messaging1767225600000, IdempotentRequestsTable1767225600001, ...migrations],
    entities,
    ...(poolSize && { poolSize }),
  });
  await dataSource.initialize();
  try {
    await bringUpToDate(dataSource, { name, migrate, logger });
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

type Wanted = Readonly<{ name: string; migrate: boolean; logger: Logger }>;

async function bringUpToDate(dataSource: DataSource, { name, migrate, logger }: Wanted): Promise<void> {
  if (migrate) {
    const done = await dataSource.runMigrations();
    if (done.length > 0) logger.info({ migrations: done.map((migration) => migration.name) }, 'migrated');
  } else if (await dataSource.showMigrations()) {
    throw new ServiceNotStartable(`the database of ${name} lacks migrations: run it once with MIGRATE=only first`);
  }
}
