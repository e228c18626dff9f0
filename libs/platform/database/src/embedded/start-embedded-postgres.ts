import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { binariesIn, locateBinaries, openFolder } from './binaries.js';
import { clusterLink, ensureCluster } from './cluster.js';
import { lockDataFolder } from './data-folder-lock.js';
import { EmbeddedPostgresFailure } from './errors.js';
import { stopOrphan } from './orphan.js';
import { launchPostmaster, type Postmaster } from './postmaster.js';
import { chooseRunAs } from './run-as.js';
import { ServerLog } from './server-log.js';

export type EmbeddedPostgresOptions = Readonly<{
  /** Made if absent. Holds the cluster, its password (0600), its log and the lock; owned by one process at a time. */
  dataDir: string;
  /** A free one is chosen unless given. */
  port?: number;
  /** More server settings, as on PostgreSQL's command line. */
  settings?: Readonly<Record<string, string>>;
  /** Folder of another PostgreSQL's programs, instead of those of the package. */
  programs?: string;
  log?: (line: string) => void;
}>;

export type EmbeddedPostgres = Readonly<{
  /** Superuser's URL of a database of this server, with its password. */
  url(database: string): string;
  ensureDatabase(name: string): Promise<void>;
  port: number;
  /** Of the server (postmaster). It outlives this process if that is killed; the next start stops it. */
  pid: number;
  /** Resolves when the server has ended, whether by `stop` or by itself. */
  ended: Promise<void>;
  /** Stops the server, then gives the data folder free. May be called again. */
  stop(): Promise<void>;
}>;

const TRIES_MAX = 20;
const RETRY_MS = 250;
const CONNECT_MS_MAX = 10_000;
/** Root's database user must pass through; what is private in the folder has modes of its own. */
const PASSABLE = 0o011;
const DUPLICATE_DATABASE = '42P04';

/**
 * Starts the PostgreSQL of a data folder: makes it on the first start, recovers what a killed process left behind on a
 * later one. Rejects with DataFolderInUse while another process uses the folder, else with EmbeddedPostgresFailure.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  makeDataFolder(dataDir);
  const runAs = chooseRunAs(clusterLink(dataDir));
  const lock = lockDataFolder(dataDir);
  try {
    const binaries = options.programs === undefined ? locateBinaries(runAs) : binariesIn(options.programs);
    const cluster = await ensureCluster(dataDir, binaries, runAs);
    const orphan = await stopOrphan(cluster.folder, binaries, runAs);
    if (orphan) options.log?.(`Stopped PostgreSQL ${orphan}, left running by a process that was killed.`);

    const log = new ServerLog(dataDir);
    const launch = { cluster, binaries, runAs, settings: options.settings ?? {}, log };
    const postmaster = await launchOnFreePort(options.port, (port) => launchPostmaster({ ...launch, port }));
    const server = serverOf(postmaster, cluster.password, () => lock.release());
    await query(server.url('postgres'), 'SELECT 1').catch(async (error: unknown) => {
      await postmaster.stop();
      throw error;
    });
    return server;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function makeDataFolder(dataDir: string): void {
  try {
    if (process.getuid?.() !== 0) {
      if (mkdirSync(dataDir, { recursive: true })) chmodSync(dataDir, 0o700);
      return;
    }
    openFolder(dataDir);
    chmodSync(dataDir, statSync(dataDir).mode | PASSABLE);
  } catch (error) {
    throw new EmbeddedPostgresFailure(
      'data-folder-unusable',
      `The data folder ${dataDir} cannot be made: ${(error as Error).message}`,
    );
  }
}

/** A chosen port may be taken before the server has it, and a killed server's memory may live on a moment: both pass. */
async function launchOnFreePort(
  given: number | undefined,
  launch: (port: number) => Promise<Postmaster>,
): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(given ?? (await freePort()));
    } catch (error) {
      if (!(error instanceof EmbeddedPostgresFailure) || attempt >= TRIES_MAX) throw error;
      const passes =
        (error.code === 'port-taken' && given === undefined) || /pre-existing shared memory block/.test(error.message);
      if (!passes) throw error;
    }
    await sleep(RETRY_MS);
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))));
    });
  });
}

function serverOf({ pid, port, ended, stop }: Postmaster, password: string, release: () => void): EmbeddedPostgres {
  const url = (database: string): string =>
    `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  return {
    url,
    port,
    pid,
    ended,
    async ensureDatabase(name) {
      const found = await query(url('postgres'), 'SELECT 1 FROM pg_database WHERE datname = $1', [name]);
      if (found > 0) return;
      await query(url('postgres'), `CREATE DATABASE ${pg.escapeIdentifier(name)}`).catch((error: unknown) => {
        if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error;
      });
    },
    async stop() {
      await stop();
      release();
    },
  };
}

async function query(url: string, sql: string, parameters: unknown[] = []): Promise<number> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    query_timeout: CONNECT_MS_MAX,
  });
  client.on('error', () => undefined); // A connection that breaks fails its query; as an unheard event it would end the process.
  await client.connect();
  try {
    return (await client.query(sql, parameters)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}
