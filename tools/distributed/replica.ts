import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../stack/free-port.js';
import { launchServer, type ServerProcess } from '../stack/server-process.js';

export type ReplicaLaunch = Readonly<{
  name: string;
  folder: string;
  /** The service's built `main.js`. */
  main: string;
  environment: Readonly<Record<string, string>>;
  say: (line: string) => void;
}>;

const HEAP = '--max-old-space-size=512';
const RESTART_MS = 500;
/** After a kill the group waits for the killed member's session to end, some times over when many are killed: no reason to kill more. */
const READY_MS_MAX = 5 * 60 * 1_000;

/** One process of a service, on a port that it keeps; started again whenever it ends without being asked to. */
export class Replica {
  private isStopping = false;
  private server: ServerProcess | undefined;
  private starting: Promise<void> | undefined;

  private constructor(
    private readonly launch: ReplicaLaunch,
    private readonly port: number,
  ) {}

  /** Resolves when it is ready. */
  static async start(launch: ReplicaLaunch): Promise<Replica> {
    const replica = new Replica(launch, await freePort());
    replica.starting = replica.run();
    await replica.starting;
    return replica;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.starting?.catch(() => undefined);
    await this.server?.stop();
  }

  private async run(): Promise<void> {
    const { name, folder, main, environment } = this.launch;
    const server = await launchServer({
      name,
      folder,
      command: process.execPath,
      parameters: [HEAP, main],
      environment: { ...environment, HOST: '127.0.0.1', PORT: String(this.port) },
      readyMsMax: READY_MS_MAX,
      isReady: () => isReady(`${this.url}/readyz`),
    });
    this.server = server;
    void server.ended.then(() => this.restart());
  }

  private async restart(): Promise<void> {
    for (; !this.isStopping; await sleep(RESTART_MS)) {
      this.launch.say(`${this.launch.name} has ended; it is started again`);
      this.starting = this.run();
      const error = await this.starting.then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      if (!error) return;
      this.launch.say(error.message);
    }
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
