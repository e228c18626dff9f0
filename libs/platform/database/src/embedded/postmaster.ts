import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import type { Cluster } from './cluster.js';
import { EmbeddedPostgresFailure } from './errors.js';
import { askToStop, postmasterFile } from './orphan.js';
import type { RunAs } from './run-as.js';
import { postgresSpawnOptions } from './run-program.js';
import type { ServerLog } from './server-log.js';

/** Long, because the recovery after a crash replays what was written since the last checkpoint. */
const START_MS_MAX = 120_000;
const FAST_STOP_MS_MAX = 30_000;
const IMMEDIATE_STOP_MS_MAX = 10_000;
const POLL_MS = 20;

/** Settings for one small machine: few parallel workers' shared memory (64 MB in a container), no log of routine work. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

export type Postmaster = Readonly<{ pid: number; port: number; ended: Promise<void>; stop(): Promise<void> }>;

type Launch = Readonly<{
  cluster: Cluster;
  binaries: Binaries;
  runAs: RunAs;
  port: number;
  settings: Readonly<Record<string, string>>;
  log: ServerLog;
}>;

/** Starts the server and waits until it says it is ready. Rejects with `port-taken` or `start-failed`, quoting its log. */
export async function launchPostmaster(launch: Launch): Promise<Postmaster> {
  const { cluster, binaries, port } = launch;
  const child = spawnServer(launch);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;

  for (const deadline = Date.now() + START_MS_MAX; ; await sleep(POLL_MS)) {
    if (!isRunning()) throw startFailure(launch, 'it ended');
    const said = postmasterFile(cluster.folder);
    if (said?.pid === child.pid && said?.status === 'ready') break;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw startFailure(launch, `it was not ready after ${START_MS_MAX / 1_000} s`);
    }
  }
  child.unref();

  const pid = child.pid as number;
  const onExit = (): void => signalIfRunning(isRunning, pid);
  process.once('exit', onExit);
  void ended.then(() => process.off('exit', onExit));
  const stop = async (): Promise<void> => {
    if (!isRunning()) return;
    await askToStop(cluster.folder, pid, binaries, launch.runAs);
    if (await endsWithin(ended, FAST_STOP_MS_MAX)) return;
    child.kill('SIGQUIT');
    if (await endsWithin(ended, IMMEDIATE_STOP_MS_MAX)) return;
    child.kill('SIGKILL');
    await ended;
  };
  return { pid, port, ended, stop };
}

/** Should this process end without stopping the server, it is still asked to; only kill -9 leaves it running. */
function signalIfRunning(isRunning: () => boolean, pid: number): void {
  try {
    if (isRunning() && process.platform !== 'win32') process.kill(pid, 'SIGINT');
  } catch {
    // It ended in this very moment.
  }
}

function spawnServer({ cluster, binaries, runAs, port, settings, log }: Launch): ChildProcess {
  const parameters = ['-D', cluster.folder, '-p', String(port)];
  for (const [name, value] of Object.entries({ ...SETTINGS, ...settings })) parameters.push('-c', `${name}=${value}`);
  const output = log.open();
  try {
    return spawn(binaries.postgres, parameters, {
      ...postgresSpawnOptions(runAs),
      stdio: ['ignore', output.descriptor, output.descriptor],
    });
  } finally {
    output.close();
  }
}

function startFailure({ port, cluster, log }: Launch, what: string): EmbeddedPostgresFailure {
  const lines = log.lines();
  if (/could not bind .*address/i.test(lines)) {
    return new EmbeddedPostgresFailure(
      'port-taken',
      `Port ${port} of 127.0.0.1 is taken; PostgreSQL needs one of its own.`,
    );
  }
  return new EmbeddedPostgresFailure(
    'start-failed',
    `PostgreSQL did not start (${what}) in ${cluster.folder}. Its log, ${log.file}, says:\n${lines || '(nothing)'}`,
  );
}

async function endsWithin(ended: Promise<void>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false);
  const result = await Promise.race([ended.then(() => true), late]);
  timer.abort();
  return result;
}
