import { freePort } from './free-port.js';
import { join } from 'node:path';
import { kafkaTools } from './stack-tools.js';

type Tools = Awaited<ReturnType<typeof kafkaTools>>;
type Options = Parameters<Tools['startKafka']>[0];
type Node = Awaited<ReturnType<Tools['startKafka']>>;

/** Each record is on all of them, and is taken once two have it. */
const REPLICATED = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'offsets.topic.replication.factor': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
  'group.min.session.timeout.ms': '1000',
};

/** A real Kafka of several nodes on this machine, each broker and controller, any of which can be lost and come back with its data. */
export class KafkaCluster {
  private constructor(
    private readonly tools: Tools,
    private readonly options: readonly Options[],
    private readonly nodes: Node[],
  ) {}

  static async start(folder: string, count: number): Promise<KafkaCluster> {
    const tools = await kafkaTools();
    const places = await Promise.all(
      Array.from({ length: count }, async (_, index) => ({
        id: index + 1,
        port: await freePort(),
        controllerPort: await freePort(),
      })),
    );
    const voters = places.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join();
    const clusterId = tools.newClusterId();
    const options = places.map(({ id, port, controllerPort }) => ({
      folder: join(folder, String(id)),
      port,
      clusterId,
      settings: {
        ...REPLICATED,
        'node.id': String(id),
        'controller.quorum.voters': voters,
        listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      },
    }));
    // None is ready before most of them are there.
    return new KafkaCluster(tools, options, await Promise.all(options.map((one) => tools.startKafka(one))));
  }

  /** As in KAFKA_BROKERS. */
  get brokers(): string {
    return this.nodes.map(({ brokers }) => brokers).join();
  }

  get size(): number {
    return this.nodes.length;
  }

  /** kill -9 of one node, by its number from 0. */
  async kill(number: number): Promise<void> {
    const node = this.nodes[number];
    if (!node) throw new Error(`There is no node ${number}.`);
    process.kill(node.pid, 'SIGKILL');
    await node.ended;
  }

  /** After its kill. Resolves when it answers. */
  async restart(number: number): Promise<void> {
    const options = this.options[number];
    if (options) this.nodes[number] = await this.tools.startKafka(options);
  }

  async forget(namespace: string): Promise<void> {
    await this.tools.removeNamespace(this.brokers, namespace);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}
