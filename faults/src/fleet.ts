import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultProgram, topicSpecs } from '@tessera/contracts';
import { type Progress, SERVICES, TesseraClient } from '@tessera/demo';
import { tokenFrom } from '@tessera/platform-auth';
import { KafkaLog } from '@tessera/platform-bus';
import { removeDataFolder, startEmbeddedPostgres } from '@tessera/platform-database/embedded';
import { freePort } from './free-port.js';
import { startRealKafka } from './real-kafka.js';
import { ServiceProcess } from './service-process.js';

export type FleetOptions = Readonly<{ currency: string; smtpUrl: string; say: (line: string) => void }>;

type Close = () => Promise<unknown>;

const NAMES = ['collector', ...SERVICES] as const;
const PARTITIONS = 4;
/** Short, so that a run does not mostly wait for the dead: for the log, for the mail server, for whoever publishes. */
const WAITS = {
  KAFKA_SESSION_MS: '6000',
  RELAY_LEASE_MS: '3000',
  SMTP_REPLY_MS: '2000',
  SMTP_ATTEMPT_MS: '4000',
  SMTP_LEASE_MS: '6000',
};

/** Every service in a process of its own, on a real Kafka and a PostgreSQL that belong to the run alone. */
export class Fleet {
  readonly token = randomBytes(32).toString('base64url');
  readonly services: ServiceProcess[] = [];
  private readonly closing: Close[] = [];
  private opened: KafkaLog | undefined;

  private constructor(private readonly folder: string) {}

  /** Resolves when all are ready and know the default program. What a failed start opened is closed again. */
  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(mkdtempSync(join(tmpdir(), 'tessera-fleet-')));
    try {
      await fleet.open(options);
      options.say('Kafka, PostgreSQL and the services are ready.');
      return fleet;
    } catch (error) {
      await fleet.remove().catch(() => undefined);
      throw error;
    }
  }

  get log(): KafkaLog {
    if (!this.opened) throw new Error('The fleet is not open.');
    return this.opened;
  }

  /** Where a request belongs, by its path; paths of nobody go to a service that says so. */
  readonly urlFor = (path: string): string => {
    const name = path.split('/')[1];
    return this.service(NAMES.find((known) => known === name) ?? 'ledger').url;
  };

  service(name: string): ServiceProcess {
    const found = this.services.find((service) => service.name === name);
    if (!found) throw new Error(`There is no service ${name}.`);
    return found;
  }

  /** Undefined if it does not say so soon. */
  async progress(name: string): Promise<Progress | undefined> {
    const client = new TesseraClient({ url: this.urlFor(`/${name}`), token: this.token, timeoutMs: 1_000 });
    return client.get<Progress>(`/${name}/v1/progress`).catch(() => undefined);
  }

  async remove(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    for (const close of this.closing.reverse()) await close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async open({ currency, smtpUrl }: FleetOptions): Promise<void> {
    const dataDir = join(this.folder, 'postgres');
    this.closing.push(() => removeDataFolder(dataDir));
    const postgres = await startEmbeddedPostgres({ dataDir, settings: { max_connections: '200' } });
    this.closing.push(() => postgres.stop());
    const kafkaFolder = join(this.folder, 'kafka');
    mkdirSync(kafkaFolder);
    const broker = await startRealKafka(kafkaFolder);
    this.closing.push(() => broker.stop());
    const log = await KafkaLog.open({ brokers: [broker.brokers], clientId: 'tessera-faults' });
    this.opened = log;
    this.closing.push(() => log.close());
    await log.ensureTopics(topicSpecs({ partitions: PARTITIONS }));

    const environment = { ...this.shared(smtpUrl), KAFKA_BROKERS: broker.brokers };
    for (const name of NAMES) {
      if (name !== 'collector') await postgres.ensureDatabase(name);
      const own = name === 'collector' ? {} : { DATABASE_URL: postgres.url(name) };
      const service = new ServiceProcess({ name, port: await freePort(), environment: { ...environment, ...own } });
      this.services.push(service);
      service.start();
    }
    await Promise.all(this.services.map((service) => service.ready()));
    const membership = new TesseraClient({ url: this.urlFor('/membership'), token: this.token });
    await membership.post('/membership/v1/programs', defaultProgram(currency));
  }

  private shared(smtpUrl: string): Record<string, string> {
    const token = tokenFrom(this.token, { name: 'operator', scopes: ['collect', 'read', 'write', 'admin'] });
    return {
      ...WAITS,
      TESSERA_TOKENS: JSON.stringify([token]),
      TESSERA_CONTACT_KEYS: JSON.stringify([{ id: 'fault', key: randomBytes(32).toString('base64') }]),
      LOG_PARTITIONS: String(PARTITIONS),
      LOG_LEVEL: 'error',
      MIGRATE: 'true',
      POOL_SIZE: '12',
      SMTP_URL: smtpUrl,
      MAIL_FROM: 'Tessera <tessera@mailbox.invalid>',
    };
  }
}
