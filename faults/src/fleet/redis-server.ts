import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { redisTools } from './stack-tools.js';
import { TcpProxy } from './tcp-proxy.js';

type Tools = Awaited<ReturnType<typeof redisTools>>;
type Options = Parameters<Tools['startRedis']>[0];
type Server = Awaited<ReturnType<Tools['startRedis']>>;

/** A real Redis of the run's own behind a proxy, which can be killed and started again at the same address, empty. */
export class RedisServer {
  private constructor(
    private readonly tools: Tools,
    private readonly options: Options,
    readonly proxy: TcpProxy,
    private server: Server,
  ) {}

  /** Needs `redis-server`. */
  static async start(folder: string): Promise<RedisServer> {
    const tools = await redisTools();
    if (!(await tools.hasRedis()))
      throw new Error('There is no redis-server on this machine; it comes with its package `redis-server`.');
    const options = { folder, port: await freePort() };
    const server = await tools.startRedis(options);
    const proxy = await TcpProxy.open();
    proxy.to(options.port);
    return new RedisServer(tools, options, proxy, server);
  }

  /** By way of the proxy. */
  get proxiedUrl(): string {
    return `redis://127.0.0.1:${this.proxy.port}`;
  }

  /** kill -9: what it held is gone. */
  async kill(): Promise<void> {
    process.kill(this.server.pid, 'SIGKILL');
    await this.server.ended;
  }

  /** After a kill. */
  async restart(): Promise<void> {
    this.server = await this.tools.startRedis(this.options);
  }

  /** Answers how many keys it held. */
  async empty(): Promise<number> {
    const client = new Redis(this.server.url);
    try {
      const keys = await client.dbsize();
      await client.flushall();
      return keys;
    } finally {
      client.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.proxy.close();
  }
}
