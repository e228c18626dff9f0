import { once } from 'node:events';
import { type AddressInfo, createServer, connect, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** `cut`: connections break, new ones too. `silent`: they stay, and nothing comes through. */
export type Line = 'open' | 'cut' | 'silent';

const AHEAD_BYTES_MAX = 4 * 1_024 * 1_024;

/** Stands between services and a server, so that the network between them can fail. */
export class TcpProxy {
  /** How long each piece of data is under way, in each direction. */
  delayMs = 0;
  private line: Line = 'open';
  private target: number | undefined;
  private readonly sockets = new Set<Socket>();
  private waiting: (() => void)[] = [];

  private constructor(private readonly server: Server) {}

  static async open(): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    const proxy = new TcpProxy(server);
    server.on('connection', (socket) => proxy.take(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Where new connections go, on this machine. */
  to(port: number): void {
    this.target = port;
  }

  set(line: Line): void {
    this.line = line;
    if (line === 'cut') for (const socket of this.sockets) socket.destroy();
    if (line !== 'silent') for (const go of this.waiting.splice(0)) go();
  }

  async close(): Promise<void> {
    this.set('cut');
    this.server.close();
    await once(this.server, 'close');
  }

  private take(from: Socket): void {
    if (this.line === 'cut' || this.target === undefined) return void from.destroy();
    const to = connect(this.target, '127.0.0.1');
    this.forward(from, to);
    this.forward(to, from);
  }

  /** In order, each piece as late as it has to be, and reading not much faster than the other side takes it. */
  private forward(from: Socket, to: Socket): void {
    let passing: Promise<unknown> = Promise.resolve();
    let bytes = 0;
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on('error', () => undefined);
    from.on('data', (data) => {
      const due = performance.now() + this.delayMs;
      if ((bytes += data.length) > AHEAD_BYTES_MAX) from.pause();
      passing = passing.then(async () => {
        await this.until(due);
        if (!to.destroyed && !to.write(data)) await drained(to);
        bytes -= data.length;
        from.resume();
      });
    });
    from.once('close', () => {
      this.sockets.delete(from);
      void passing.then(() => to.destroySoon());
    });
    from.resume();
  }

  private async until(due: number): Promise<void> {
    const left = due - performance.now();
    if (left > 0) await sleep(left);
    if (this.line === 'silent') await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });
}
