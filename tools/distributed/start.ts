import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ServiceName, topicSpecs } from '@tessera/contracts';
import { tokenFrom } from '@tessera/platform-auth';
import { KafkaLog } from '@tessera/platform-bus';
import { readEnvironment } from '@tessera/platform-config';
import { createLogger, kafkaOptions, logVariables, type ServiceDefinition } from '@tessera/platform-service';
import {
  type DistributedFront,
  newToken,
  openDistributedFront,
  openMailbox,
  operatorToken,
  serviceDefinitions,
  settleContactKeys,
} from '@tessera/standalone';
import type { StackAddresses } from '../stack/environment.js';
import { openDatabases } from './databases.js';
import { Replica } from './replica.js';

export type DistributedOptions = Readonly<{
  addresses: Pick<StackAddresses, 'KAFKA_BROKERS' | 'POSTGRES_URL' | 'REDIS_URL'> & Readonly<{ SMTP_URL?: string }>;
  /** Of each service. */
  replicas: number;
  port: number;
  /** KAFKA_SSL and the like, as the brokers need them, and OTEL_...: variables that every service gets. */
  passedOn: Readonly<Record<string, string>>;
  currency?: string;
  /** Put before topics and groups. */
  namespace?: string;
  /** `.tessera` of the checkout: the token lies in it, the rest in its folder `distributed`. */
  home: string;
  say: (line: string) => void;
}>;

/** What was started, to be stopped in the opposite order. */
type Opened = { add(close: () => Promise<unknown>): void };

const ROOT = join(import.meta.dirname, '../..');
const PARTITIONS = 6;
/** The least that brokers allow, so that a killed process is not waited for long. */
const SESSION_MS = 6_000;
/** Connections to a database of each replica, so that many fit on one small server. */
const POOL_SIZE = 12;
const HOST = '127.0.0.1';

const mainOf = (name: string): string => join(ROOT, 'apps', name, 'dist/main.js');
const hasDatabase = ({ migrations }: ServiceDefinition): boolean => migrations.length > 0;

/** Starts all; when it rejects, what was opened until then is in `opened`. */
export async function startDistributed(options: DistributedOptions, opened: Opened): Promise<DistributedFront> {
  const { addresses, home, say } = options;
  const folder = join(home, 'distributed');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = serviceDefinitions.map(({ name }) => name);
  const ownToken = newToken();
  const front = await openDistributedFront({ host: HOST, port: options.port, names, token: ownToken });
  opened.add(() => front.close());
  say(`Tessera is starting at ${front.url}`);

  const tokens = acceptedTokens(home, ownToken);
  const databases = await openDatabases(addresses.POSTGRES_URL, [
    'mailbox',
    ...serviceDefinitions.filter(hasDatabase).map(({ name }) => name),
  ]);
  const logger = createLogger({ level: 'warn', destination: process.stderr });
  const mailbox = await openMailbox({ databaseUrl: databases.get('mailbox') ?? '', tokens, logger });
  opened.add(() => mailbox.close());
  front.serveMailbox(mailbox);
  await ensureTopics(options);

  const shared: Record<string, string> = {
    PATH: pathVariable(),
    KAFKA_BROKERS: addresses.KAFKA_BROKERS,
    ...options.passedOn,
    KAFKA_SESSION_MS: String(SESSION_MS),
    ...(options.namespace !== undefined && { TESSERA_NAMESPACE: options.namespace }),
    REDIS_URL: addresses.REDIS_URL,
    SMTP_URL: addresses.SMTP_URL ?? mailbox.smtpUrl,
    MAIL_FROM: 'Tessera <tessera@mailbox.invalid>',
    TESSERA_TOKENS: JSON.stringify(tokens),
    TESSERA_CONTACT_KEYS: JSON.stringify(settleContactKeys(folder)),
    LOG_PARTITIONS: String(PARTITIONS),
    LOG_LEVEL: 'warn',
    POOL_SIZE: String(POOL_SIZE),
  };
  const environmentOf = (name: string): Record<string, string> => {
    const databaseUrl = databases.get(name);
    return { ...shared, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) };
  };
  await Promise.all(names.filter((name) => databases.has(name)).map((name) => migrate(name, environmentOf(name))));
  for (const name of names) await startService(name, environmentOf(name), { ...options, folder, front }, opened);

  const currency = await front.ensureProgram(options.currency);
  front.started();
  say(`Ready, its books in ${currency}. The token is in ${join(home, 'token')}; logs and pids lie in ${folder}.`);
  return front;
}

async function startService(
  name: ServiceName,
  environment: Record<string, string>,
  { folder, front, replicas, say }: DistributedOptions & Readonly<{ folder: string; front: DistributedFront }>,
  opened: Opened,
): Promise<void> {
  const started = await Promise.allSettled(
    Array.from({ length: replicas }, (_, index) =>
      Replica.start({ name: `${name}-${index + 1}`, folder, main: mainOf(name), environment, say }),
    ),
  );
  const running = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  opened.add(() => Promise.all(running.map((replica) => replica.stop())));
  for (const outcome of started) if (outcome.status === 'rejected') throw outcome.reason;
  front.serve(
    name,
    running.map(({ url }) => url),
  );
  say(`  ${name.padEnd(14)} ${running.map(({ url }) => url).join('  ')}`);
}

/** The operator's, and that of a standalone in the same folder: whichever of the two a client finds is right. */
function acceptedTokens(home: string, ownToken: string) {
  const scopes = ['collect', 'read', 'write', 'admin'] as const;
  const operator = operatorToken(home);
  const standalone = textOf(join(home, 'data', 'token'));
  return [
    tokenFrom(operator, { name: 'operator', scopes: [...scopes] }),
    tokenFrom(ownToken, { name: 'front', scopes: [...scopes] }),
    ...(standalone && standalone !== operator
      ? [tokenFrom(standalone, { name: 'standalone', scopes: [...scopes] })]
      : []),
  ];
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Once, before the services come, so that all find the same number of partitions. */
async function ensureTopics({ addresses, passedOn, namespace }: DistributedOptions): Promise<void> {
  const { KAFKA_BROKERS } = addresses;
  const variables = readEnvironment(logVariables, { ...passedOn, KAFKA_BROKERS, TESSERA_NAMESPACE: namespace });
  const kafka = kafkaOptions(variables, 'tessera-start');
  if (!kafka) throw new Error('KAFKA_BROKERS is not set.');
  const log = await KafkaLog.open(kafka);
  try {
    await log.ensureTopics(topicSpecs({ partitions: PARTITIONS }));
  } finally {
    await log.close();
  }
}

async function migrate(name: string, environment: Record<string, string>): Promise<void> {
  const env = { ...environment, MIGRATE: 'only' };
  await promisify(execFile)(process.execPath, [mainOf(name)], { env }).catch((error: unknown) => {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new Error(`The database of ${name} could not be brought up to date. ${stderr ?? ''}${stdout ?? ''}`);
  });
}

const pathVariable = (): string => join(process.execPath, '..');
