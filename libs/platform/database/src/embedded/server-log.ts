import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SIZE_MAX = 10 * 1024 * 1024;
const QUOTED_LINES_MAX = 20;

/** PostgreSQL's own log in the data folder: appended to over all runs, the last 10 MiB or so kept. */
export class ServerLog {
  readonly file: string;
  private from = 0;

  constructor(dataDir: string) {
    this.file = join(dataDir, 'postgres.log');
  }

  /** Opens the log for one start of the server; what `lines` quotes begins here. */
  open(): { descriptor: number; close(): void } {
    if (existsSync(this.file) && statSync(this.file).size > SIZE_MAX) renameSync(this.file, `${this.file}.1`);
    const descriptor = openSync(this.file, 'a', 0o600);
    this.from = statSync(this.file).size;
    return { descriptor, close: () => closeSync(descriptor) };
  }

  /** The last lines since `open`. */
  lines(): string {
    const text = readFileSync(this.file).subarray(this.from).toString('utf8');
    return text.trim().split('\n').slice(-QUOTED_LINES_MAX).join('\n');
  }
}
