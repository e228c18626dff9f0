import { join, resolve } from 'node:path';
import { readEnvironment } from '@tessera/platform-config';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { givenAddresses, readAddresses } from '../stack/environment.js';
import { cacheFolder } from '../stack/kafka-jars.js';
import { startDistributed } from './start.js';

/** `npm run start:distributed -- --replicas N`: one process a service and replica, and standalone's HTTP front over them. */
const HOME = join(import.meta.dirname, '../../.tessera');

const whole = (min: number, max: number) => (text: string) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
};

type Flags = { replicas: number; port: number; currency?: string };

const flags = new Command('npm run start:distributed --')
  .description(
    'Runs each service as processes of its own, on the stack of `npm run stack -- up` or what the environment names.',
  )
  .option('--replicas <n>', 'processes of each service', whole(1, 16), 1)
  .option('--port <n>', 'port of the HTTP front; 0 takes any free one', whole(0, 65_535), 3000)
  .option('--currency <code>', 'ISO 4217 code of the default program, where there is none yet (EUR)')
  .parse()
  .opts<Flags>();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const closing: (() => Promise<unknown>)[] = [];
let stopping: Promise<void> | undefined;

function stop(): Promise<void> {
  stopping ??= (async () => {
    for (const close of closing.reverse()) await close().catch((error: unknown) => say(String(error)));
  })();
  return stopping;
}

function addresses() {
  const given = givenAddresses();
  const { KAFKA_BROKERS, POSTGRES_URL, REDIS_URL } = { ...readAddresses(cacheFolder()), ...defined(given) };
  if (KAFKA_BROKERS === undefined || POSTGRES_URL === undefined || REDIS_URL === undefined) {
    throw new Error(
      'There is no stack: `npm run stack -- up` starts one, or set KAFKA_BROKERS, POSTGRES_URL and REDIS_URL.',
    );
  }
  // The stack's mail sink delivers into files; the front's own mailbox shows what was sent, unless a mail server is named.
  return { KAFKA_BROKERS, POSTGRES_URL, REDIS_URL, ...(given.SMTP_URL !== undefined && { SMTP_URL: given.SMTP_URL }) };
}

const path = z
  .string()
  .transform((file) => resolve(file))
  .optional();

/**
 * How the brokers are spoken to, as a service reads it; beside it whatever OpenTelemetry's exporter reads. Processes are started in folders of
 * their own, so that a file's path must not depend on where we are.
 */
const forServices = z.looseObject({
  KAFKA_SSL: z.string().optional(),
  KAFKA_SSL_CA_FILE: path,
  KAFKA_SASL_MECHANISM: z.string().optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  OTEL_EXPORTER_OTLP_CERTIFICATE: path,
});

const isForServices = (name: string): boolean => name in forServices.shape || name.startsWith('OTEL_');

const passedOn = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(readEnvironment(forServices)).filter(
      (entry): entry is [string, string] => isForServices(entry[0]) && typeof entry[1] === 'string',
    ),
  );

const defined = <T extends object>(values: T): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    say('Stopping ...');
    void stop().then(() => process.exit(0));
  });
}
try {
  const { TESSERA_NAMESPACE: namespace } = readEnvironment(z.object({ TESSERA_NAMESPACE: z.string().optional() }));
  const options = {
    ...flags,
    addresses: addresses(),
    passedOn: passedOn(),
    home: HOME,
    say,
    ...(namespace !== undefined && { namespace }),
  };
  await startDistributed(options, { add: (close) => void closing.push(close) });
  say('Ctrl-C stops it; the stack goes on.');
} catch (error) {
  process.stderr.write(`Tessera did not start. ${(error as Error).message}\n`);
  await stop();
  process.exit(1);
}
