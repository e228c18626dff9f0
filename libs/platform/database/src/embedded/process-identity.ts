import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Of /proc/<pid>/stat, counted behind the command's closing bracket: state (field 3) and start (field 22, in ticks). */
const STATE = 0;
const START = 19;

const linuxStat = (pid: number): readonly string[] => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

/**
 * Does a process of this number run? One of another user does; one that ended and was not yet waited for does not: in a
 * container whose first process waits for nobody, the killed stay listed for ever.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return !['Z', 'X'].includes(linuxStat(pid)[STATE] ?? '');
  } catch {
    return false;
  }
}

/**
 * Tells a process from a later one with the same number: the boot and the tick at which it started on Linux, its start
 * time elsewhere on Unix. Empty where the system does not say; the number alone must then do.
 */
export function startedAt(pid: number): string {
  try {
    if (process.platform === 'linux') {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return `${boot}:${linuxStat(pid)[START] ?? ''}`;
    }
    if (process.platform === 'win32') return '';
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5_000 }).trim();
  } catch {
    return '';
  }
}
