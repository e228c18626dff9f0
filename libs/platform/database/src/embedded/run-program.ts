import { spawn, type SpawnOptions } from 'node:child_process';
import type { RunAs } from './run-as.js';

const OUTPUT_CHARS_MAX = 20_000;

/** PG* variables and the user's locale must not reach PostgreSQL, nor may the terminal's signals: it gets a group of its own. */
export function postgresSpawnOptions(runAs: RunAs): SpawnOptions {
  const { PATH, SystemRoot, TEMP } = process.env;
  return {
    cwd: process.platform === 'win32' ? process.cwd() : '/',
    detached: true,
    windowsHide: true,
    env: { PATH, SystemRoot, TEMP, HOME: '/', LC_ALL: 'C', TZ: 'UTC' },
    ...(runAs && { uid: runAs.uid, gid: runAs.gid }),
  };
}

export type ProgramResult = Readonly<{ code: number | null; ending: string; output: string }>;

/** Runs one of PostgreSQL's programs to its end; one that takes longer than `timeoutMs` is killed. Never throws. */
export function runProgram(
  program: string,
  parameters: readonly string[],
  { runAs, timeoutMs }: Readonly<{ runAs: RunAs; timeoutMs: number }>,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { ...postgresSpawnOptions(runAs), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-OUTPUT_CHARS_MAX);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const end = (code: number | null, ending: string): void => {
      clearTimeout(timer);
      resolve({ code, ending, output });
    };
    child.once('error', (error) => end(null, error.message));
    child.once('close', (code, signal) => end(code, signal ? `ended by ${signal}` : `exit code ${code}`));
  });
}
