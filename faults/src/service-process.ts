import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type ServiceLaunch = Readonly<{
  /** Of the service and of its app. */
  name: string;
  port: number;
  environment: Readonly<Record<string, string>>;
}>;

const READY_MS_MAX = 120_000;
const STOP_MS_MAX = 20_000;
const OUTPUT_KEPT = 8_192;

/** One service in a process of its own, which can be killed and started again at the same address. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private output = '';
  private startedAt = 0;

  constructor(private readonly launch: ServiceLaunch) {}

  get name(): string {
    return this.launch.name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.launch.port}`;
  }

  /** Comes back at once; see `ready`. */
  start(): void {
    const { name, port, environment } = this.launch;
    const main = fileURLToPath(new URL(`../../apps/${name}/dist/main.js`, import.meta.url));
    this.startedAt = performance.now();
    this.output = '';
    const child = spawn(process.execPath, [main], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, PATH: dirname(process.execPath), HOST: '127.0.0.1', PORT: String(port) },
    });
    this.child = child;
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-OUTPUT_KEPT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const endWithUs = (): void => void child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
  }

  /** Answers the milliseconds from its last start until it was ready. Rejects, with what it said, if it does not become so. */
  async ready(): Promise<number> {
    while (performance.now() - this.startedAt < READY_MS_MAX) {
      if (!this.isRunning) throw new Error(`${this.name} has ended. It said:\n${this.output}`);
      if (await isReady(this.url)) return Math.round(performance.now() - this.startedAt);
      await sleep(50);
    }
    throw new Error(`${this.name} was not ready after ${READY_MS_MAX / 1_000} s. It said:\n${this.output}`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning) throw new Error(`There is no ${this.name} to kill. It said:\n${this.output}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    child.kill('SIGTERM');
    await once(child, 'exit');
    clearTimeout(timer);
  }

  private get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
