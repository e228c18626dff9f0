import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from './free-port.js';
import { kafkaJars } from './kafka-jars.js';
import { launchServer, type ServerProcess } from './server-process.js';

export type KafkaBroker = ServerProcess & Readonly<{ brokers: string }>;

export type KafkaOptions = Readonly<{
  /** Holds configuration, data and log; data of an earlier run is used on. */
  folder: string;
  port?: number;
  /** Over the settings below, by the broker's own names. */
  settings?: Readonly<Record<string, string>>;
}>;

const CHECK_MS = 1_000;
const FORMAT_MS_MAX = 60_000;

/** Java that starts fast and stays small. */
const JAVA = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];

/** One broker that is its own controller (KRaft), on this machine alone. */
const settingsOf = (port: number, controllerPort: number, folder: string): Record<string, string> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': join(folder, 'data'),
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
});

/** Never begins with a dash: the tool that formats would take it for an option. */
function clusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** Starts a real Apache Kafka and waits until it answers. Needs Java, and Maven the first time. */
export async function startKafka({ folder, port: wanted, settings = {} }: KafkaOptions): Promise<KafkaBroker> {
  const jars = await kafkaJars();
  mkdirSync(folder, { recursive: true });
  const port = await freePort(wanted);
  const controllerPort = await freePort();
  const configuration = join(folder, 'server.properties');
  const all = { ...settingsOf(port, controllerPort, folder), ...settings };
  writeFileSync(
    configuration,
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const java = (...rest: string[]): string[] => [...JAVA, '-cp', join(jars, '*'), ...rest];
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const format = java('kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', configuration);
    await promisify(execFile)('java', format, { timeout: FORMAT_MS_MAX });
  }

  const brokers = `127.0.0.1:${port}`;
  const server = await launchServer({
    name: 'kafka',
    folder,
    command: 'java',
    parameters: java('kafka.Kafka', configuration),
    isReady: () => answers(brokers),
  });
  return { ...server, brokers };
}

/** Whether a broker answers there; `brokers` as in KAFKA_BROKERS. */
export async function answers(brokers: string): Promise<boolean> {
  const client = new Kafka({
    clientId: 'tessera-stack',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: CHECK_MS,
    requestTimeout: CHECK_MS,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
