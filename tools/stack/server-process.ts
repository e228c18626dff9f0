import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, startedAt } from '../../libs/platform/database/src/embedded/process-identity.js';

export type ServerProcess = Readonly<{
  pid: number;
  /** Resolves when it has ended, whoever ended it. */
  ended: Promise<void>;
  /** Asks it to end, kills it if it does not; may be called again. */
  stop(): Promise<void>;
}>;

export type ServerLaunch = Readonly<{
  name: string;
  /** Holds the pid file and what the server says. */
  folder: string;
  command: string;
  parameters: readonly string[];
  /** In place of ours. */
  environment?: Readonly<Record<string, string>>;
  isReady(): Promise<boolean>;
  readyMsMax?: number;
  /** It goes on when this process ends; else it is asked to end with it. */
  outlivesUs?: boolean;
}>;

type Identity = Readonly<{ pid: number; startedAt: string }>;

const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 20_000;
const POLL_MS = 50;
const LINES_QUOTED = 15;

/** A server that did not start; the message quotes what it said. */
export class ServerNotStarted extends Error {}

const pidFile = (folder: string, name: string): string => join(folder, `${name}.pid`);
export const logFile = (folder: string, name: string): string => join(folder, `${name}.log`);

/**
 * Starts a server in a process group of its own, so that Ctrl-C reaches only us, and waits until it is ready. Its pid file
 * names it with its start time: after a kill -9 of ours `stopLeftover` finds it, and nothing else that has its number by then.
 */
export async function launchServer(launch: ServerLaunch): Promise<ServerProcess> {
  const { name, folder, command, parameters, isReady, readyMsMax = READY_MS_MAX } = launch;
  await stopLeftover(folder, name);
  const log = openSync(logFile(folder, name), 'w', 0o600);
  const child = spawn(command, parameters, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
    ...(launch.environment && { env: launch.environment }),
  });
  closeSync(log);
  const ended = endOf(child);
  if (!launch.outlivesUs) endWithUs(child, ended);
  const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (child.pid !== undefined) writeFileSync(pidFile(folder, name), JSON.stringify(identityOf(child.pid)));

  for (const deadline = Date.now() + readyMsMax; !(await isReady()); await sleep(POLL_MS)) {
    if (isRunning() && Date.now() < deadline) continue;
    await endNow(child, ended);
    throw new ServerNotStarted(`${name} did not start. ${lastWords(folder, name)}`);
  }
  child.unref();

  const stop = async (): Promise<void> => {
    if (isRunning())
      await endProcess(
        () => void child.kill('SIGTERM'),
        () => void child.kill('SIGKILL'),
        ended,
      );
    rmSync(pidFile(folder, name), { force: true });
  };
  return { pid: child.pid as number, ended, stop };
}

/** One listener for all of them, however many there are. */
const ours = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of ours) child.kill('SIGTERM');
});

function endWithUs(child: ChildProcess, ended: Promise<void>): void {
  ours.add(child);
  void ended.then(() => ours.delete(child));
}

/** Ends the server that a killed run left behind. Answers its pid; undefined where there was none. */
export async function stopLeftover(folder: string, name: string): Promise<number | undefined> {
  const found = readIdentity(pidFile(folder, name));
  if (found && isSame(found)) {
    await endProcess(
      () => signal(found, 'SIGTERM'),
      () => signal(found, 'SIGKILL'),
      gone(found),
    );
  }
  rmSync(pidFile(folder, name), { force: true });
  return found?.pid;
}

/** The server of this name that runs now; undefined where there is none. */
export function runningServer(folder: string, name: string): number | undefined {
  const found = readIdentity(pidFile(folder, name));
  return found && isSame(found) ? found.pid : undefined;
}

export const identityOf = (pid: number): Identity => ({ pid, startedAt: startedAt(pid) });

/** A number alone may long be that of another program. */
export const isSame = ({ pid, startedAt: since }: Identity): boolean => isAlive(pid) && startedAt(pid) === since;

export function readIdentity(file: string): Identity | undefined {
  try {
    const { pid, startedAt: since } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Identity>;
    return Number.isSafeInteger(pid) && typeof since === 'string'
      ? { pid: pid as number, startedAt: since }
      : undefined;
  } catch {
    return undefined;
  }
}

function signal(identity: Identity, name: NodeJS.Signals): void {
  try {
    if (isSame(identity)) process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function gone(identity: Identity): Promise<void> {
  while (isSame(identity)) await sleep(POLL_MS);
}

async function endProcess(ask: () => void, kill: () => void, ended: Promise<void>): Promise<void> {
  ask();
  const timer = setTimeout(kill, STOP_MS_MAX);
  await ended;
  clearTimeout(timer);
}

async function endNow(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined) return;
  child.kill('SIGKILL');
  await ended;
}

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });

function lastWords(folder: string, name: string): string {
  const file = logFile(folder, name);
  const said = readFileSync(file, 'utf8').trim().split('\n').slice(-LINES_QUOTED).join('\n');
  return said === '' ? `It said nothing (${file}).` : `${file} says:\n${said}`;
}
