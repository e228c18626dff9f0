import { mkdirSync } from 'node:fs';
import { freePort } from './free-port.js';
import { kafkaTools } from './stack-tools.js';
import { TcpProxy } from './tcp-proxy.js';

type Tools = Awaited<ReturnType<typeof kafkaTools>>;
type Options = Parameters<Tools['startKafka']>[0];
type Broker = Awaited<ReturnType<Tools['startKafka']>>;

/** A real Kafka of the run's own, which can be killed and started again at the same address on the same data. */
export class KafkaServer {
  private constructor(
    private readonly tools: Tools,
    private readonly options: Options,
    /** Between the broker and those who were given `proxiedBrokers`. */
    readonly proxy: TcpProxy,
    private broker: Broker,
  ) {}

  /** Needs Java, and Maven the first time. */
  static async start(folder: string): Promise<KafkaServer> {
    mkdirSync(folder, { recursive: true });
    const tools = await kafkaTools();
    const proxy = await TcpProxy.open();
    const proxied = { port: await freePort(), advertisedPort: proxy.port };
    proxy.to(proxied.port);
    const settings = { 'group.min.session.timeout.ms': '1000' };
    const options = { folder, port: await freePort(), proxied, settings };
    return new KafkaServer(tools, options, proxy, await tools.startKafka(options));
  }

  /** As in KAFKA_BROKERS. */
  get brokers(): string {
    return this.broker.brokers;
  }

  /** The same broker by its listener behind the proxy: who comes by it is never sent around it. */
  get proxiedBrokers(): string {
    return `127.0.0.1:${this.proxy.port}`;
  }

  get pid(): number {
    return this.broker.pid;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    process.kill(this.broker.pid, 'SIGKILL');
    await this.broker.ended;
  }

  /** After a kill. Resolves when it answers. */
  async restart(): Promise<void> {
    this.broker = await this.tools.startKafka(this.options);
  }

  /** On all topics whose names begin so. */
  async records(namespace: string): Promise<number> {
    return this.tools.countRecords(this.brokers, namespace);
  }

  /** The topics of a namespace. */
  async forget(namespace: string): Promise<void> {
    await this.tools.removeNamespace(this.brokers, namespace);
  }

  /** A group that has no member now begins again at the earliest records. */
  async rewind(group: string): Promise<void> {
    await this.tools.forgetGroup(this.brokers, group);
  }

  async stop(): Promise<void> {
    await this.broker.stop();
    await this.proxy.close();
  }
}
