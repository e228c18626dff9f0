import { resolve } from 'node:path';
import { topicSpecs } from '@tessera/contracts';
import { tokenFrom } from '@tessera/platform-auth';
import { EmbeddedLog } from '@tessera/platform-bus';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@tessera/platform-database/embedded';
import { createLogger, type Logger, type ServiceDefinition, startService } from '@tessera/platform-service';
import { telemetryFrom, type TracingVariables } from '@tessera/platform-tracing';
import { settleContactKeys } from './contact-keys.js';
import { newToken, operatorToken, settleCurrency, tokenFile } from './data-folder.js';
import { ensureProgram } from './ensure-program.js';
import { StandaloneFailure } from './errors.js';
import { Front } from './front.js';
import { HostedServices, type StartService } from './hosted-services.js';
import { openMailbox } from './mailbox/open-mailbox.js';
import { Opened } from './opened.js';
import { OwnRequests } from './own-requests.js';
import { serviceDefinitions } from './service-definitions.js';
import { StatusReader, SUMMARY_AGE_SECONDS } from './status.js';

export type StandaloneOptions = Readonly<{
  /** Holds everything: databases, log, token, settings. Made if absent; used by one process at a time. */
  dataDir: string;
  /** 0 lets the system choose. */
  port: number;
  host: string;
  /** ISO 4217; fixed when the data folder is made, EUR by default. */
  currency?: string;
  logger?: Logger;
  /** Where traces go; nothing is traced without it. */
  tracing?: TracingVariables;
  /** Told, for people, of what is unusual while it starts. */
  say?: (line: string) => void;
  /** All of the platform's unless given. */
  services?: readonly ServiceDefinition[];
  startService?: StartService;
}>;

export type Standalone = Readonly<{
  url: string;
  dataDir: string;
  currency: string;
  token: string;
  tokenFile: string;
  /** Where a mail client of this machine reaches the mailbox. */
  smtpUrl: string;
  /** Resolves with the reason if something ends that must not; the whole should then be closed. */
  failed: Promise<StandaloneFailure>;
  /** Requests first, database last, each step within its time. Never rejects; may be called again. */
  close(): Promise<void>;
}>;

/** What the front shows before it is known. */
type Settled = { currency: string | null; isStarted: boolean };

/** All member topics have as many, so that a member's events meet in one lane. */
const PARTITIONS = 4;
/**
 * The sender has a name that can never be anybody's (RFC 2606): these mails stay in the mailbox. Times are short because the mailbox
 * stands beside us, and so that after a crash a message that was being sent is not held for long by somebody who is dead.
 */
const SENDING = {
  from: 'Tessera <tessera@mailbox.invalid>',
  connectMs: 3_000,
  replyMs: 5_000,
  attemptMs: 10_000,
  leaseMs: 15_000,
};
const DATABASE_STOP_MS_MAX = 60_000;
const SERVICE_CLOSE_MS_MAX = 10_000;
/** Short, because the data folder's lock lets no second publisher exist: after a crash nobody should wait long for a dead one. */
const RELAY_LEASE_MS = 3_000;

/** The whole platform in this process. Resolves when every service is ready; on failure all that was opened is closed again. */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const logger = options.logger ?? createLogger({ level: 'warn' });
  const opened = new Opened(logger);
  try {
    return await open(options, logger, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function open(options: StandaloneOptions, logger: Logger, opened: Opened): Promise<Standalone> {
  const dataDir = resolve(options.dataDir);
  const services = new HostedServices(options.services ?? serviceDefinitions, options.startService ?? startService);
  const ownToken = newToken();
  const settled: Settled = { currency: null, isStarted: false };

  // Before the database: a taken port is told at once, and whoever looks finds a page that says "starting".
  const { front, url, requests } = await openFront(options, services, ownToken, settled);
  opened.add('front', () => front.close());
  const postgres = await startEmbeddedPostgres({ dataDir, ...(options.say && { log: options.say }) });
  opened.add('database', () => postgres.stop(), DATABASE_STOP_MS_MAX);
  const currency = settleCurrency(dataDir, options.currency);
  settled.currency = currency;
  const token = operatorToken(dataDir);
  const contactKeys = settleContactKeys(dataDir);
  const tokens = [
    tokenFrom(token, { name: 'operator', scopes: ['collect', 'read', 'write', 'admin'] }),
    tokenFrom(ownToken, { name: 'standalone', scopes: ['read', 'write', 'admin'] }),
  ];

  const log = await openLog(postgres, logger, opened);
  opened.add('log', () => log.close());
  await postgres.ensureDatabase('mailbox');
  const mailbox = await openMailbox({ databaseUrl: postgres.url('mailbox'), tokens, logger });
  opened.add('mailbox', () => mailbox.close());
  front.serveMailbox(mailbox);
  for (const name of services.namesWithDatabase) await postgres.ensureDatabase(name);
  const telemetry = telemetryFrom(options.tracing, { logAttributes: { 'messaging.system': 'postgresql' }, logger });
  opened.add('telemetry', () => telemetry.close());
  opened.add('services', () => services.close());
  const settings = { contactKeys, ...SENDING, smtpUrl: mailbox.smtpUrl };
  await services.start(
    { log, tokens, logger, settings, migrate: true, shutdownMs: SERVICE_CLOSE_MS_MAX, relayLeaseMs: RELAY_LEASE_MS },
    {
      databaseUrl: (name) => postgres.url(name),
      tracing: (name) => telemetry.tracing(name),
      onStarted: (service) => front.serve(service),
    },
  );
  opened.add('requests', async () => front.stopAccepting());
  await services.waitUntilReady();
  if (services.names.includes('membership')) await ensureProgram(requests, currency, dataDir);
  settled.isStarted = true;

  const failed = failureOf(postgres, opened, dataDir);
  return {
    url,
    dataDir,
    currency,
    token,
    tokenFile: tokenFile(dataDir),
    smtpUrl: mailbox.smtpUrl,
    failed,
    close: () => opened.close(),
  };
}

async function openFront(
  { host, port }: StandaloneOptions,
  services: HostedServices,
  ownToken: string,
  settled: Readonly<Settled>,
): Promise<{ front: Front; url: string; requests: OwnRequests }> {
  let url = '';
  const requests = new OwnRequests(() => url, ownToken);
  const status = new StatusReader({
    names: services.names,
    running: services.running,
    startedAt: new Date(),
    currency: () => settled.currency,
    summary: async (name) => {
      const answer = services.running.has(name)
        ? await requests.getShared(`/${name}/v1/summary`, SUMMARY_AGE_SECONDS)
        : undefined;
      return answer?.status === 200 ? answer.body : undefined;
    },
  });
  const front = new Front({
    names: services.names,
    isReady: async () => settled.isStarted && (await services.notReady()).length === 0,
    status: () => status.read(),
    metrics: () => services.metrics(),
  });
  url = `http://${hostInUrl(host)}:${await front.listen(host, port)}`;
  return { front, url, requests };
}

/** An address that this machine itself can call: "all addresses" is none. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

async function openLog(postgres: EmbeddedPostgres, logger: Logger, opened: Opened): Promise<EmbeddedLog> {
  await postgres.ensureDatabase('log');
  const log = await EmbeddedLog.open({
    databaseUrl: postgres.url('log'),
    report: ({ doing, error }) => {
      // Connections that the database ends while all is closing were on their way out.
      if (!opened.isClosing) logger.warn({ err: error, doing }, 'the log will try again');
    },
  });
  try {
    await log.ensureTopics(topicSpecs({ partitions: PARTITIONS }));
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function failureOf(postgres: EmbeddedPostgres, opened: Opened, dataDir: string): Promise<StandaloneFailure> {
  await postgres.ended;
  if (opened.isClosing) return new Promise(() => undefined);
  return new StandaloneFailure(`The database ended by itself. Its log is ${dataDir}/postgres.log`);
}
