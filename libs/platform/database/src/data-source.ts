import pg from 'pg';
import { DataSource } from 'typeorm';

export type DatabaseOptions = Readonly<{
  url: string;
  /** Names the connections in `pg_stat_activity`. */
  name: string;
  migrations: readonly (new () => object)[];
  entities?: readonly (new () => object)[];
  poolSize?: number;
  /** A transaction that does nothing for so long, or waits so long for a lock, is ended: below the session time-out of the log's group. */
  idleInTransactionMs?: number;
  lockTimeoutMs?: number;
}>;

const INT8 = 20;

/** Counts and amounts are checked safe integers throughout; one that is not would be silently wrong, so it is an error. */
pg.types.setTypeParser(INT8, (text: string) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} from the database is not a safe integer`);
  return value;
});

/** The one way to a service's database. Migrations are known but not run: call `runMigrations()` for that. */
export function createDataSource(options: DatabaseOptions): DataSource {
  const { idleInTransactionMs = 20_000, lockTimeoutMs = 20_000 } = options;
  return new DataSource({
    type: 'postgres',
    url: options.url,
    applicationName: options.name,
    entities: [...(options.entities ?? [])],
    migrations: [...options.migrations],
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    poolSize: options.poolSize ?? 20,
    extra: {
      connectionTimeoutMillis: 10_000,
      options: `-c timezone=UTC -c idle_in_transaction_session_timeout=${idleInTransactionMs} -c lock_timeout=${lockTimeoutMs}`,
    },
  });
}
