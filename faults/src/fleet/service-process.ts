import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Passing } from '@tessera/platform-messaging';
import type { Order, Question, Told, Trap } from '../failpoints/orders.js';

export type ServiceLaunch = Readonly<{
  /** Of the service. */
  name: string;
  port: number;
  environment: Readonly<Record<string, string>>;
  /** Instead of the service with failpoints: what Node is to run, flags first. */
  program?: readonly string[];
}>;

/** A trap in a process. `sprung`: what was under way when it sprang; undefined if the process ended otherwise, or was disarmed. */
export type Armed = Readonly<{ sprung: Promise<Passing | undefined> }>;

const MAIN = fileURLToPath(new URL('../failpoints/service-main.js', import.meta.url));
const READY_MS_MAX = 300_000;
const STOP_MS_MAX = 20_000;
const OUTPUT_KEPT = 8_192;

/** One service in a process of its own, which can be killed, frozen, and started again at the same address. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private output = '';
  private startedAt = 0;
  private isFrozen = false;
  private trapped: (Armed & Readonly<{ forget(): void }>) | undefined;

  constructor(private readonly launch: ServiceLaunch) {}

  get name(): string {
    return this.launch.name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.launch.port}`;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Running, and not asleep. */
  get isAwake(): boolean {
    return this.isRunning && !this.isFrozen;
  }

  /** Comes back at once; see `ready`. `more`: over its environment, from now until it is started anew. */
  start(more: Readonly<Record<string, string>> = {}): void {
    const { name, port, environment, program = [MAIN, name] } = this.launch;
    this.startedAt = performance.now();
    this.output = '';
    this.isFrozen = false;
    const child = spawn(process.execPath, program, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...environment, ...more, PATH: dirname(process.execPath), HOST: '127.0.0.1', PORT: String(port) },
    });
    this.child = child;
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-OUTPUT_KEPT);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    // An order to a process that is just ending; its end is told anyway.
    child.on('error', () => undefined);
    endsWithUs(child);
  }

  /** Answers the milliseconds from its last start until it was ready. Rejects, with what it said, if it does not become so. */
  async ready(): Promise<number> {
    for (const giveUpAt = performance.now() + READY_MS_MAX; performance.now() < giveUpAt;) {
      if (!this.isRunning) throw new Error(`${this.name} has ended. It said:\n${this.output}`);
      if (await isReady(this.url)) return Math.round(performance.now() - this.startedAt);
      await sleep(50);
    }
    throw new Error(`${this.name} was not ready after ${READY_MS_MAX / 1_000} s. It said:\n${this.output}`);
  }

  /** Sets a trap at a failpoint, in place of one that is set. Resolves when it is set. */
  async arm(trap: Trap): Promise<Armed> {
    const child = this.living();
    await this.disarm();
    let forget = (): void => undefined;
    const sprung = new Promise<Passing | undefined>((resolve) => {
      const hear = (told: Told): void => {
        if (told.kind !== 'reached') return;
        if (trap.act === 'freeze') this.isFrozen = true;
        settle(told.passing);
      };
      const settle = (passing?: Passing): void => {
        child.off('message', hear).off('exit', forget);
        this.trapped = undefined;
        resolve(passing);
      };
      forget = () => settle();
      child.on('message', hear).once('exit', forget);
    });
    this.trapped = { sprung, forget };
    await this.give({ kind: 'arm', trap });
    return { sprung };
  }

  /** Its trap may spring in this very moment: then it has. */
  async disarm(): Promise<void> {
    const { trapped } = this;
    if (!trapped || !this.isAwake) return;
    await Promise.race([this.give({ kind: 'disarm' }), trapped.sprung]);
    trapped.forget();
  }

  /** kill -9, also of one that sleeps. */
  async kill(): Promise<void> {
    const child = this.living();
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** SIGSTOP: the process stands still, with all it holds. */
  freeze(): void {
    this.living().kill('SIGSTOP');
    this.isFrozen = true;
  }

  /** SIGCONT: it goes on as if no time had passed. */
  wake(): void {
    this.living().kill('SIGCONT');
    this.isFrozen = false;
  }

  /** Resolves when it has ended, whoever ended it; at once if it does not run. */
  async ended(): Promise<void> {
    if (this.child && this.isRunning) await once(this.child, 'exit');
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning) return;
    if (this.isFrozen) this.wake();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    child.kill('SIGTERM');
    await once(child, 'exit');
    clearTimeout(timer);
  }

  /** The most memory that it has had since its start, in bytes. */
  async rssMax(): Promise<number> {
    const child = this.living();
    return new Promise((resolve, reject) => {
      const hear = (told: Told): void => {
        if (told.kind !== 'memory') return;
        child.off('message', hear);
        resolve(told.rssMax);
      };
      child.on('message', hear);
      child.once('exit', () => reject(new Error(`${this.name} has ended. It said:\n${this.output}`)));
      child.send({ kind: 'memory' } satisfies Question, () => undefined);
    });
  }

  private living(): ChildProcess {
    if (!this.child || !this.isRunning) throw new Error(`${this.name} does not run. It said:\n${this.output}`);
    return this.child;
  }

  /** Resolves when it has been obeyed, or the process has ended. */
  private async give(order: Order): Promise<void> {
    const child = this.living();
    await new Promise<void>((resolve) => {
      const hear = (told: Told): void => {
        if (told.kind === 'obeyed') done();
      };
      const done = (): void => {
        child.off('message', hear);
        child.off('exit', done);
        resolve();
      };
      child.on('message', hear);
      child.once('exit', done);
      child.send(order, () => undefined);
    });
  }
}

/** One listener for all of them, however many there are. */
const ours = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of ours) child.kill('SIGKILL');
});

function endsWithUs(child: ChildProcess): void {
  ours.add(child);
  child.once('exit', () => ours.delete(child));
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
