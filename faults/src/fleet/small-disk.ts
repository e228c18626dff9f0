import { execFile, execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PIECE_BYTES = 1_024 * 1_024;

/** A small file system of its own in memory, which can be filled to its last byte without harm to anybody else. */
export class SmallDisk {
  /** Also where a run is broken off: what is in memory would stay there. */
  private readonly onExit = (): void => void execFileSync('umount', ['--lazy', this.folder]);

  private constructor(readonly folder: string) {
    process.once('exit', this.onExit);
  }

  /** Undefined where this process may not mount one: that is root's. */
  static async make(megabytes: number): Promise<SmallDisk | undefined> {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder]);
      return new SmallDisk(folder);
    } catch {
      rmSync(folder, { recursive: true, force: true });
      return undefined;
    }
  }

  /** Leaves no room for a single page. */
  fill(): void {
    const file = openSync(this.filler, 'a');
    try {
      for (let bytes = PIECE_BYTES; bytes >= 1;) {
        try {
          if (writeSync(file, Buffer.alloc(bytes)) === bytes) continue;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
        bytes = Math.floor(bytes / 2);
      }
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.filler, { force: true });
  }

  async remove(): Promise<void> {
    process.off('exit', this.onExit);
    await run('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get filler(): string {
    return join(this.folder, 'filler');
  }
}
