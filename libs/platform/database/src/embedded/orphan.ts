import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresFailure } from './errors.js';
import { isAlive } from './process-identity.js';
import type { RunAs } from './run-as.js';
import { runProgram } from './run-program.js';

const STOP_MS_MAX = 60_000;
const POLL_MS = 50;

/** What postmaster.pid says of the server that wrote it; undefined where there is none. Lines 1 and 8 of the file. */
export function postmasterFile(folder: string): { pid: number; status: string } | undefined {
  try {
    const lines = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number.parseInt(lines[0] ?? '', 10);
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

/** Is this process the server of this very cluster? After a crash its number may long be that of another program. */
export function isPostmasterOf(folder: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    if (process.platform === 'linux') {
      const isServer = /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      return isServer && readlinkSync(`/proc/${pid}/cwd`) === folder;
    }
    if (process.platform === 'win32') {
      return /postgres/i.test(execFileSync('tasklist', ['/fi', `pid eq ${pid}`], { encoding: 'utf8' }));
    }
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(folder);
  } catch {
    return false;
  }
}

/**
 * Stops the server that a killed process left running. To be called only by the owner of the data folder's lock, as
 * otherwise the server may be that of a living instance. Answers the pid of the one it stopped.
 */
export async function stopOrphan(folder: string, binaries: Binaries, runAs: RunAs): Promise<number | undefined> {
  const orphan = postmasterFile(folder);
  if (!orphan) return undefined;
  if (!isPostmasterOf(folder, orphan.pid)) {
    // PostgreSQL would refuse to start if the stale number is now that of another program of the same user.
    rmSync(join(folder, 'postmaster.pid'), { force: true });
    return undefined;
  }

  await askToStop(folder, orphan.pid, binaries, runAs);
  for (const deadline = Date.now() + STOP_MS_MAX; isPostmasterOf(folder, orphan.pid); await sleep(POLL_MS)) {
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresFailure(
        'orphan-not-stopped',
        `A PostgreSQL left over from a killed run (process ${orphan.pid}, ${folder}) does not stop. End it, then start again.`,
      );
    }
  }
  return orphan.pid;
}

/** SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written. Windows has no signals; pg_ctl does it there. */
export async function askToStop(folder: string, pid: number, binaries: Binaries, runAs: RunAs): Promise<void> {
  if (process.platform === 'win32') {
    await runProgram(binaries.pgCtl, ['stop', '-D', folder, '-m', 'fast'], { runAs, timeoutMs: STOP_MS_MAX });
    return;
  }
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
