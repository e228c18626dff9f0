import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { removeDataFolder } from '@tessera/platform-database/embedded';
import { CliFailure } from './failures.js';

const MAIN = fileURLToPath(new URL('../../standalone/dist/main.js', import.meta.url));
const READY_MS_MAX = 90_000;
const STOP_MS_MAX = 90_000;
const OUTPUT_SHOWN = 4_000;
const LOG = 'standalone.log';

/** A whole Tessera of one's own, for the length of a demo: a fresh folder, a free port, a process, a log of what it says. */
export class StandaloneProcess {
  private ended: string | undefined;
  private readonly exit: Promise<void>;

  private constructor(
    private readonly child: ChildProcess,
    readonly folder: string,
    readonly url: string,
  ) {
    this.exit = new Promise((resolve) => {
      child.once('error', (error) => resolve(void (this.ended = error.message)));
      child.once('exit', (code, signal) => resolve(void (this.ended = signal ?? `exit code ${code}`)));
    });
  }

  /** Starts it; it is not ready yet. */
  static async start(currency: string): Promise<StandaloneProcess> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'tessera-demo-'));
    chmodSync(folder, 0o755); // PostgreSQL runs as another user where we are root, and must reach its own folder inside.
    const log = openSync(join(folder, LOG), 'w');
    const flags = ['--port', String(port), '--data', join(folder, 'data'), '--currency', currency];
    // A process group of its own: Ctrl-C reaches this process alone, which then stops the other in order.
    const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    return new StandaloneProcess(child, folder, `http://127.0.0.1:${port}`);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get token(): string {
    return readFileSync(join(this.folder, 'data', 'token'), 'utf8').trim();
  }

  /** Asks it to stop and waits; kills it if it does not. */
  async stop(): Promise<void> {
    if (this.ended === undefined) this.child.kill('SIGINT');
    await Promise.race([this.exit, sleep(STOP_MS_MAX, undefined, { ref: false })]);
    if (this.ended === undefined) {
      this.child.kill('SIGKILL');
      await this.exit;
    }
  }

  /** The data first: its cluster may live elsewhere, and its server may still run if the process had to be killed. */
  async remove(): Promise<void> {
    await removeDataFolder(join(this.folder, 'data'));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Lets this process end while the other goes on. */
  leave(): void {
    this.child.unref();
  }

  /** Throws CliFailure, with what the process said, if it has ended. */
  assertRunning(): void {
    if (this.ended !== undefined) throw new CliFailure(`Tessera has ended (${this.ended}). ${this.lastWords()}`);
  }

  /** Throws CliFailure if it does not get ready. */
  async ready(): Promise<void> {
    const giveUpAt = performance.now() + READY_MS_MAX;
    while (performance.now() < giveUpAt) {
      this.assertRunning();
      if (await isReady(`${this.url}/healthz`)) return;
      await sleep(100);
    }
    throw new CliFailure(`Tessera was not ready after ${READY_MS_MAX / 1000} s. ${this.lastWords()}`);
  }

  private lastWords(): string {
    const said = readFileSync(join(this.folder, LOG), 'utf8').trim().slice(-OUTPUT_SHOWN);
    return said === '' ? 'It said nothing.' : `It said:\n${said}`;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
