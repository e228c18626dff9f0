import pg from 'pg';
import { DataSource } from 'typeorm';

/** After which the database itself ends what goes on for too long, whatever has become of the process that began it. */
export type TimeLimits = Readonly<{
  /** A transaction that does nothing: its connection is closed. */
  idleInTransactionMs: number;
  /** A statement that waits for a lock. */
  lockMs: number;
  /** Any statement, waiting included; 0 is no limit. */
  statementMs: number;
}>;

export type DatabaseOptions = Readonly<{
  url: string;
  /** Names the connections in `pg_stat_activity`. */
  name: string;
  migrations: readonly (new () => object)[];
  entities?: readonly (new () => object)[];
  poolSize?: number;
  limits?: Partial<TimeLimits>;
}>;

/**
 * What a page read here and there costs, against one read in order. The server's own 4 is that of a disk with a head: by it, a batch of 1,000 members is
 * reason enough to read all of a table of 30,000 to 300,000, at three to ten times the time of so many look-ups.
 */
const RANDOM_PAGE_COST = 1.1;

const INT8 = 20;

/** Counts and amounts are checked safe integers throughout; one that is not would be silently wrong, so it is an error. */
pg.types.setTypeParser(INT8, (text: string) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} from the database is not a safe integer`);
  return value;
});

/**
 * A connection that the server ends in the moment in which the pool hands it out has nobody yet who listens, and would end the process. Whoever uses it
 * next is told all the same.
 */
class Connection extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** The one way to a service's database. Migrations are known but not run: call `runMigrations()` for that. */
export function createDataSource(options: DatabaseOptions): DataSource {
  const { idleInTransactionMs = 20_000, lockMs = 20_000, statementMs = 0 } = options.limits ?? {};
  const settings = {
    timezone: 'UTC',
    idle_in_transaction_session_timeout: idleInTransactionMs,
    lock_timeout: lockMs,
    statement_timeout: statementMs,
    random_page_cost: RANDOM_PAGE_COST,
  };
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
      Client: Connection,
      connectionTimeoutMillis: 10_000,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    },
  });
}
