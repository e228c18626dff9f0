import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataFolderInUse, EmbeddedPostgresFailure } from './errors.js';
import { isAlive, startedAt } from './process-identity.js';

type Owner = Readonly<{ pid: number; startedAt: string }>;

const ATTEMPTS_MAX = 5;

const ownerIn = (file: string): Owner | undefined => {
  try {
    const { pid, startedAt: since } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
    return Number.isSafeInteger(pid) && typeof since === 'string'
      ? { pid: pid as number, startedAt: since }
      : undefined;
  } catch {
    return undefined;
  }
};

/** The number alone is not enough: after a crash it may be that of another program. */
const isRunning = ({ pid, startedAt: since }: Owner): boolean =>
  isAlive(pid) && (since === '' || startedAt(pid) === since);

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/**
 * Takes the data folder for this process, or throws DataFolderInUse naming its living owner. The lock of a dead owner
 * is moved away; a lock that changed hands meanwhile is put back, so that of two who come at once only one wins.
 */
export function lockDataFolder(dataDir: string): { release(): void } {
  const lock = join(dataDir, 'lock');
  const mine = `${lock}.${process.pid}.${randomUUID()}`;
  const me: Owner = { pid: process.pid, startedAt: startedAt(process.pid) };
  try {
    writeFileSync(mine, JSON.stringify(me), { mode: 0o644 });
  } catch (error) {
    throw new EmbeddedPostgresFailure(
      'data-folder-unusable',
      `The data folder ${dataDir} cannot be written to: ${(error as Error).message}`,
    );
  }
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try {
        linkSync(mine, lock);
        return { release: () => release(lock, me) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      removeStale(dataDir, lock);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  throw new EmbeddedPostgresFailure('data-folder-unusable', `The lock ${lock} cannot be taken: others keep taking it.`);
}

function removeStale(dataDir: string, lock: string): void {
  const owner = ownerIn(lock);
  if (owner && isRunning(owner)) throw new DataFolderInUse(dataDir, owner.pid);

  const moved = `${lock}.stale.${randomUUID()}`;
  try {
    renameSync(lock, moved);
    const movedOwner = ownerIn(moved);
    if (movedOwner && isRunning(movedOwner)) linkSync(moved, lock);
  } catch (error) {
    if (!isMissing(error)) throw error;
  } finally {
    rmSync(moved, { force: true });
  }
}

function release(lock: string, me: Owner): void {
  const owner = ownerIn(lock);
  if (owner?.pid === me.pid && owner.startedAt === me.startedAt) rmSync(lock, { force: true });
}
