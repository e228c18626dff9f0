import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Admin, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { freePort } from './free-port.js';
import { kafkaJars } from './kafka-jars.js';
import { type Login, SECURED, securedListener, type SecuredListener } from './kafka-security.js';
import { launchServer, type ServerProcess } from './server-process.js';

/** How to reach the listener with TLS and a login. */
export type SecuredAccess = Login & Readonly<{ brokers: string; caFile: string }>;

export type KafkaBroker = ServerProcess & Readonly<{ brokers: string; secured?: SecuredAccess }>;

export type KafkaOptions = Readonly<{
  /** Holds configuration, data and log; data of an earlier run is used on. */
  folder: string;
  port?: number;
  /** One more listener, which sends its clients to another port: that of a proxy, say. */
  proxied?: Readonly<{ port: number; advertisedPort: number }>;
  /** Of the cluster that the data is made for, if there is none yet: nodes of one have the same. A new one unless given. */
  clusterId?: string;
  /** Over the settings below, by the broker's own names. */
  settings?: Readonly<Record<string, string>>;
  /** Opens a second listener, with TLS and this login, by PLAIN and SCRAM. */
  login?: Login;
}>;

const CHECK_MS = 1_000;
const FORMAT_MS_MAX = 60_000;

/** Java that starts fast and stays small. */
const JAVA = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];

/** One broker that is its own controller (KRaft), on this machine alone. */
const settingsOf = (
  port: number,
  controllerPort: number,
  { folder, proxied }: Pick<KafkaOptions, 'folder' | 'proxied'>,
): Record<string, string> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}${proxiedOn(proxied?.port)}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}${proxiedOn(proxied?.advertisedPort)}`,
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
  'log.dirs': join(folder, 'data'),
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
});

const proxiedOn = (port: number | undefined): string => (port === undefined ? '' : `,PROXIED://127.0.0.1:${port}`);

function withListener(
  open: Readonly<Record<string, string>>,
  port: number,
  { settings }: SecuredListener,
): Record<string, string> {
  const more = (name: string, value: string): Record<string, string> => ({ [name]: `${open[name]},${value}` });
  return {
    ...more('listeners', `${SECURED}://127.0.0.1:${port}`),
    ...more('advertised.listeners', `${SECURED}://127.0.0.1:${port}`),
    ...more('listener.security.protocol.map', `${SECURED}:${SECURED}`),
    ...settings,
  };
}

/** Never begins with a dash: the tool that formats would take it for an option. */
export function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** Starts a real Apache Kafka and waits until it answers. Needs Java, and Maven the first time. */
export async function startKafka(options: KafkaOptions): Promise<KafkaBroker> {
  const { folder, port: wanted, settings = {}, login, clusterId = newClusterId() } = options;
  const jars = await kafkaJars();
  mkdirSync(folder, { recursive: true });
  const port = await freePort(wanted);
  const controllerPort = await freePort();
  const configuration = join(folder, 'server.properties');
  const open = settingsOf(port, controllerPort, options);
  const securedPort = login && (await freePort());
  const listener = login && (await securedListener(folder, login));
  const all = { ...open, ...(listener && withListener(open, securedPort ?? 0, listener)), ...settings };
  writeFileSync(
    configuration,
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const java = (...rest: string[]): string[] => [...JAVA, '-cp', join(jars, '*'), ...rest];
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const scram = listener?.scram.flatMap((credential) => ['--add-scram', credential]) ?? [];
    const format = java('kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', configuration, ...scram);
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
  const secured = login && listener && { ...login, brokers: `127.0.0.1:${securedPort}`, caFile: listener.caFile };
  return { ...server, brokers, ...(secured && { secured }) };
}

export type KafkaAccess = Pick<KafkaConfig, 'ssl' | 'sasl'>;

/** Removes topics by the beginning of their names, for who shares one broker among several runs. */
export async function removeNamespace(brokers: string, prefix: string): Promise<void> {
  await administer(brokers, async (admin) => {
    const topics = await topicsOf(admin, prefix);
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}

/** Lets the cluster forget how far a group is that has no member now: it then begins again at the earliest records. */
export async function forgetGroup(brokers: string, groupId: string): Promise<void> {
  await administer(brokers, async (admin) => void (await admin.deleteGroups([groupId])));
}

/** Records on topics by the beginning of their names. */
export async function countRecords(brokers: string, prefix: string): Promise<number> {
  let count = 0;
  await administer(brokers, async (admin) => {
    for (const topic of await topicsOf(admin, prefix)) {
      for (const { low, high } of await admin.fetchTopicOffsets(topic)) count += Number(high) - Number(low);
    }
  });
  return count;
}

const topicsOf = async (admin: Admin, prefix: string): Promise<string[]> =>
  (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));

async function administer(brokers: string, work: (admin: Admin) => Promise<void>): Promise<void> {
  const client = new Kafka({ clientId: 'tessera-stack', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Whether a broker answers there; `brokers` as in KAFKA_BROKERS. */
export async function answers(brokers: string, access: KafkaAccess = {}): Promise<boolean> {
  const client = new Kafka({
    clientId: 'tessera-stack',
    brokers: brokers.split(','),
    ...access,
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
