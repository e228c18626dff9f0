import { join } from 'node:path';
import { startEmbeddedPostgres } from '@tessera/platform-database/embedded';
import { givenAddresses, removeAddresses, type StackAddresses, writeAddresses } from './environment.js';
import { freePort } from './free-port.js';
import { startKafka } from './kafka.js';
import { startMailSink } from './mail-sink.js';
import { startRedis } from './redis.js';

/**
 * The process that a stack belongs to, in the background: it starts what the environment does not name, tells the addresses when all
 * is healthy, and on SIGTERM stops what it started, in the opposite order.
 */
const PORTS = { kafka: 19_092, postgres: 15_432, redis: 16_379, mail: 12_525 };
const POSTGRES_SETTINGS = { max_connections: '600' };

const folder = process.argv[2] ?? '';
const say = (text: string): void => void process.stdout.write(`${new Date().toISOString()} ${text}\n`);
const started: { name: string; stop(): Promise<void> }[] = [];

async function address<Started extends { stop(): Promise<void> }>(
  name: string,
  given: string | undefined,
  start: () => Promise<Started>,
  addressOf: (server: Started) => string,
): Promise<string> {
  if (given !== undefined) return given;
  const server = await start();
  started.push({ name, stop: () => server.stop() });
  say(`${name} is up`);
  return addressOf(server);
}

async function startAll(): Promise<StackAddresses> {
  const given = givenAddresses();
  const at = (name: string): string => join(folder, name);
  const postgres = { dataDir: at('postgres'), settings: POSTGRES_SETTINGS, log: say };
  return {
    POSTGRES_URL: await address(
      'PostgreSQL',
      given.POSTGRES_URL,
      async () => startEmbeddedPostgres({ ...postgres, port: await freePort(PORTS.postgres) }),
      (server) => server.url('postgres'),
    ),
    KAFKA_BROKERS: await address(
      'Kafka',
      given.KAFKA_BROKERS,
      () => startKafka({ folder: at('kafka'), port: PORTS.kafka }),
      ({ brokers }) => brokers,
    ),
    REDIS_URL: await address(
      'Redis',
      given.REDIS_URL,
      () => startRedis({ folder: at('redis'), port: PORTS.redis }),
      ({ url }) => url,
    ),
    SMTP_URL: await address(
      'the mail sink',
      given.SMTP_URL,
      () => startMailSink({ folder: at('mail'), port: PORTS.mail }),
      ({ url }) => url,
    ),
  };
}

let stopping: Promise<void> | undefined;

function stopAll(): Promise<void> {
  stopping ??= (async () => {
    removeAddresses(folder);
    for (const { name, stop } of started.toReversed()) {
      await stop().catch((error: unknown) => say(`${name} did not stop in order: ${String(error)}`));
      say(`${name} is down`);
    }
  })();
  return stopping;
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => void stopAll().then(() => process.exit(0)));
}
try {
  const addresses = await startAll();
  if (!stopping) writeAddresses(folder, addresses);
  // Servers in processes of their own keep nobody alive.
  setInterval(() => undefined, 60_000);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  await stopAll();
  process.exit(1);
}
