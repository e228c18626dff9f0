import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { removeDataFolder } from '@tessera/platform-database/embedded';
import { freePort } from './free-port.js';

const MAIN = fileURLToPath(new URL('../../../apps/standalone/dist/main.js', import.meta.url));
const READY_MS_MAX = 90_000;
const STOP_MS_MAX = 90_000;
const OUTPUT_KEPT = 8_192;

/** A standalone of one's own that can be killed and started again on the same data and port. */
export class StandaloneChild {
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    readonly dataDir: string,
    readonly url: string,
    private readonly flags: readonly string[],
  ) {}

  /** On a fresh folder; not running yet. */
  static async prepare(currency: string): Promise<StandaloneChild> {
    const dataDir = mkdtempSync(join(tmpdir(), 'tessera-fault-'));
    const port = await freePort();
    const flags = ['--data', dataDir, '--port', String(port), '--currency', currency, '--log-level', 'error'];
    return new StandaloneChild(dataDir, `http://127.0.0.1:${port}`, flags);
  }

  get token(): string {
    return readFileSync(join(this.dataDir, 'token'), 'utf8').trim();
  }

  /** Answers the milliseconds until it was ready. Rejects, with what it said, if it does not become so. */
  async start(): Promise<number> {
    const startedAt = performance.now();
    this.output = '';
    const child = spawn(process.execPath, [MAIN, ...this.flags], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.child = child;
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-OUTPUT_KEPT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    while (performance.now() - startedAt < READY_MS_MAX) {
      if (hasEnded(child)) throw new Error(`The standalone did not start. It said:\n${this.output}`);
      if (await isHealthy(this.url)) return Math.round(performance.now() - startedAt);
      await sleep(50);
    }
    throw new Error(`The standalone was not ready after ${READY_MS_MAX / 1_000} s. It said:\n${this.output}`);
  }

  /** kill -9; with `alsoDatabase` the database server too, as when the machine's power fails short of the disk. */
  async kill({ alsoDatabase }: Readonly<{ alsoDatabase: boolean }>): Promise<void> {
    const child = this.child;
    if (!child || hasEnded(child)) throw new Error(`There is nothing to kill. It said:\n${this.output}`);
    const server = alsoDatabase ? this.databasePid() : undefined;
    child.kill('SIGKILL');
    if (server !== undefined) process.kill(server, 'SIGKILL');
    if (!hasEnded(child)) await once(child, 'exit');
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (!child || hasEnded(child)) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    child.kill('SIGINT');
    await once(child, 'exit');
    clearTimeout(timer);
  }

  async remove(): Promise<void> {
    await this.stop();
    await removeDataFolder(this.dataDir);
  }

  private databasePid(): number {
    return Number.parseInt(readFileSync(join(this.dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
