import { setTimeout as sleep } from 'node:timers/promises';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeDataFolder,
  startEmbeddedPostgres,
} from '@tessera/platform-database/embedded';
import pg from 'pg';
import { freePort } from './free-port.js';
import { TcpProxy } from './tcp-proxy.js';

const CONNECTIONS_MAX = '400';
const REVIVE_MS_MAX = 60_000;

/** A real PostgreSQL of the run's own, which can be killed and started again at the same address on the same data. */
export class PostgresServer {
  private constructor(
    private readonly options: EmbeddedPostgresOptions,
    /** Between the server and those who were given a `proxiedUrl`. */
    readonly proxy: TcpProxy,
    private server: EmbeddedPostgres,
  ) {}

  /** `settings` as on PostgreSQL's command line; `programs`: folder of those to run instead of ours. */
  static async start(
    dataDir: string,
    { settings, programs }: Pick<EmbeddedPostgresOptions, 'settings' | 'programs'> = {},
  ): Promise<PostgresServer> {
    const port = await freePort();
    const all = { max_connections: CONNECTIONS_MAX, ...settings };
    const options = { dataDir, port, settings: all, ...(programs !== undefined && { programs }) };
    const proxy = await TcpProxy.open();
    proxy.to(port);
    try {
      return new PostgresServer(options, proxy, await startEmbeddedPostgres(options));
    } catch (error) {
      await proxy.close();
      await removeDataFolder(dataDir);
      throw error;
    }
  }

  /** Superuser's URL. */
  url(database: string): string {
    return this.server.url(database);
  }

  proxiedUrl(database: string): string {
    const url = new URL(this.server.url(database));
    url.port = String(this.proxy.port);
    return url.href;
  }

  get pid(): number {
    return this.server.pid;
  }

  async createDatabase(name: string): Promise<void> {
    await this.server.ensureDatabase(name);
  }

  async dropDatabase(name: string): Promise<void> {
    await this.query('postgres', `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
  }

  /** A connection of the scenario's own, to be ended by it. */
  async connect(database: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url(database) });
    // A connection that breaks fails its query; as an unheard event it would end the run.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** One statement on a connection of its own. */
  async query<Row extends pg.QueryResultRow>(database: string, sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = await this.connect(database);
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** kill -9 of the postmaster; its other processes end by themselves then. */
  async kill(): Promise<void> {
    process.kill(this.server.pid, 'SIGKILL');
    await this.server.ended;
    await this.server.stop();
  }

  /** In order, as for an upgrade: connections break at once. */
  async shutDown(): Promise<void> {
    await this.server.stop();
  }

  /** After a kill or a shutdown. Resolves when it answers. */
  async restart(): Promise<void> {
    this.server = await startEmbeddedPostgres(this.options);
  }

  /** After a trouble with which it may have come to terms or not. Resolves when it answers: started again if it gave up. */
  async revive(): Promise<void> {
    for (const giveUpAt = performance.now() + REVIVE_MS_MAX; !(await this.answers()); await sleep(50)) {
      if (performance.now() > giveUpAt) throw new Error('PostgreSQL does not answer again.');
      if (!(await isOver(this.server.ended))) continue;
      await this.server.stop();
      await this.restart();
    }
  }

  async remove(): Promise<void> {
    await this.server.stop();
    await this.proxy.close();
    await removeDataFolder(this.options.dataDir);
  }

  private answers(): Promise<boolean> {
    return this.query('postgres', 'SELECT 1').then(
      () => true,
      () => false,
    );
  }
}

const isOver = (ended: Promise<void>): Promise<boolean> => Promise.race([ended.then(() => true), sleep(0, false)]);
