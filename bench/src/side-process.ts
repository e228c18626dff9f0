import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const STOP_MS_MAX = 20_000;
const READY_MS_MAX = 60_000;
const OUTPUT_KEPT = 8_192;

/** What is beside, in a process of its own as ours is: `beside/<name>.ts`, told its settings, which says when it is ready. */
export class SideProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
    private readonly output: { text: string },
  ) {}

  /** Resolves when it says that it is ready. Rejects, with what it said, when it ends instead. */
  static async start(name: string, settings: object): Promise<SideProcess> {
    const main = fileURLToPath(new URL(`beside/${name}.js`, import.meta.url));
    const child = spawn(process.execPath, [main, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {},
    });
    const output = { text: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (output.text = (output.text + chunk.toString()).slice(-OUTPUT_KEPT)));
    }
    process.once('exit', () => child.kill('SIGKILL'));
    const side = new SideProcess(child, name, output);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(side.ended()), READY_MS_MAX);
      child.once('message', () => resolve());
      child.once('exit', () => reject(side.ended()));
      child.once('exit', () => clearTimeout(timer));
      child.once('message', () => clearTimeout(timer));
    });
    return side;
  }

  /** Rejects if it had ended by itself: whatever was measured then was not it. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) throw this.ended();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS_MAX);
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
    clearTimeout(timer);
  }

  private ended(): Error {
    return new Error(`${this.name} has ended, or is not ready. It said:\n${this.output.text}`);
  }
}
