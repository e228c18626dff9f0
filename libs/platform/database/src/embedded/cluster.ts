import { randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Binaries, openFolder, REACHABLE_HOME } from './binaries.js';
import { EmbeddedPostgresFailure } from './errors.js';
import { closedFolder, type RunAs } from './run-as.js';
import { runProgram } from './run-program.js';

export type Cluster = Readonly<{ folder: string; password: string }>;

const INITDB_MS_MAX = 60_000;

const passwordFile = (dataDir: string): string => join(dataDir, 'postgres-password');

/** The folder that PostgreSQL itself owns: below the data folder, by a link where its user could not reach it there. */
export const clusterLink = (dataDir: string): string => join(dataDir, 'postgres');

/** Makes the cluster if the data folder has none. It appears under its name only when whole, after its password. */
export async function ensureCluster(dataDir: string, binaries: Binaries, runAs: RunAs): Promise<Cluster> {
  const link = clusterLink(dataDir);
  if (!lstatSync(link, { throwIfNoEntry: false })) await makeCluster(dataDir, binaries, runAs);
  if (!existsSync(link)) {
    throw new EmbeddedPostgresFailure(
      'data-folder-unusable',
      `${link} points to ${readlinkSync(link)}, where the database should be, but nothing is there. ` +
        'Bring it back, or use another data folder.',
    );
  }
  const folder = realpathSync(link);
  checkVersion(folder, binaries);
  try {
    return { folder, password: readFileSync(passwordFile(dataDir), 'utf8').trim() };
  } catch (error) {
    throw new EmbeddedPostgresFailure(
      'data-folder-unusable',
      `The password of the database in ${folder} cannot be read from ${passwordFile(dataDir)}: ${(error as Error).message}`,
    );
  }
}

function checkVersion(folder: string, { majorVersion }: Binaries): void {
  const file = join(folder, 'PG_VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'nothing known';
  if (found === String(majorVersion)) return;
  throw new EmbeddedPostgresFailure(
    'data-folder-version',
    `The database in ${folder} was made by PostgreSQL ${found}, this release brings PostgreSQL ${majorVersion}. ` +
      'Start it with the release that made it, or use another data folder.',
  );
}

async function makeCluster(dataDir: string, binaries: Binaries, runAs: RunAs): Promise<void> {
  removeUnfinished(dataDir);
  const home = closedFolder(dataDir, runAs) ? join(REACHABLE_HOME, 'databases') : dataDir;
  if (runAs) openFolder(home);
  const unfinished = join(home, `postgres.unfinished.${randomUUID()}`);
  mkdirSync(unfinished, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const forInitdb = `${unfinished}.password`;
  writeFileSync(forInitdb, `${password}\n`, { mode: 0o600 });
  if (runAs) for (const path of [unfinished, forInitdb]) chownSync(path, runAs.uid, runAs.gid);
  try {
    await initdb(binaries, unfinished, forInitdb, runAs);
    writeFileSync(passwordFile(dataDir), `${password}\n`, { mode: 0o600 });
    chmodSync(passwordFile(dataDir), 0o600);
    publish(unfinished, home, dataDir);
  } finally {
    rmSync(forInitdb, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** A cluster elsewhere gets a name of its own: a data folder that was removed and made again must not find its old books. */
function publish(unfinished: string, home: string, dataDir: string): void {
  if (home === dataDir) return renameSync(unfinished, clusterLink(dataDir));

  const elsewhere = join(home, randomUUID());
  renameSync(unfinished, elsewhere);
  symlinkSync(elsewhere, clusterLink(dataDir));
}

function removeUnfinished(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith('postgres.unfinished.')) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}

async function initdb(binaries: Binaries, folder: string, pwfile: string, runAs: RunAs): Promise<void> {
  const result = await runProgram(
    binaries.initdb,
    [
      `--pgdata=${folder}`,
      `--pwfile=${pwfile}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ],
    { runAs, timeoutMs: INITDB_MS_MAX },
  );
  if (result.code === 0) return;
  throw new EmbeddedPostgresFailure(
    'initdb-failed',
    `PostgreSQL could not make its database in ${folder}${runAs ? ` as user ${runAs.name}` : ''} (${result.ending}):\n${result.output}`,
  );
}
