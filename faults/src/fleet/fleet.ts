import { randomBytes } from 'node:crypto';
import { defaultProgram, type ServiceName, topicSpecs } from '@tessera/contracts';
import { type Progress, SERVICES, TesseraClient } from '@tessera/demo';
import { tokenFrom } from '@tessera/platform-auth';
import { KafkaLog } from '@tessera/platform-bus';
import { freePort } from './free-port.js';
import type { ServersInUse } from './servers.js';
import { ServiceProcess } from './service-process.js';

export type FleetOptions = Readonly<{
  /** Processes of a service; one unless given. */
  replicas?: Readonly<Partial<Record<ServiceName, number>>>;
  partitions?: number;
  /** How long the log keeps the partitions of a process that fell silent. */
  sessionMs?: number;
  /** How long a relay that fell silent keeps others from publishing. */
  leaseMs?: number;
  /** The servers that services reach through a proxy, which the run can cut or slow. */
  through?: readonly ('kafka' | 'postgres')[];
  /** Over the environment of every service. */
  environment?: Readonly<Record<string, string>>;
}>;

type Setting = Readonly<{
  servers: ServersInUse;
  /** Of the scenario: databases and topics carry it. */
  name: string;
  currency: string;
  smtpUrl: string;
  options: FleetOptions;
}>;

const NAMES = ['collector', ...SERVICES] as const;
const PARTITIONS = 4;
/** Short, so that a run does not mostly wait for the dead: for the log, for whoever publishes, for the mail server. */
const SESSION_MS = 3_000;
const LEASE_MS = 3_000;
const SMTP = { SMTP_REPLY_MS: '2000', SMTP_ATTEMPT_MS: '4000', SMTP_LEASE_MS: '6000' };

/** Every service in processes of its own, on databases and topics that belong to one scenario alone. */
export class Fleet {
  readonly token = randomBytes(32).toString('base64url');
  readonly services: ServiceProcess[] = [];
  private opened: KafkaLog | undefined;

  private constructor(private readonly setting: Setting) {}

  /** Resolves when all are ready and know the default program. What a failed start opened is closed again. */
  static async start(setting: Setting): Promise<Fleet> {
    const fleet = new Fleet(setting);
    try {
      await fleet.open();
      return fleet;
    } catch (error) {
      await fleet.remove().catch(() => undefined);
      throw error;
    }
  }

  /** The scenario's part of the log, past every proxy: to append records of one's own, whatever they are, and to read. */
  get log(): KafkaLog {
    if (!this.opened) throw new Error('The fleet is not open.');
    return this.opened;
  }

  /** Where a request belongs, by its path: a process that is awake, if there is one. Paths of nobody go to a service that says so. */
  readonly urlFor = (path: string): string => {
    const name = path.split('/')[1];
    const replicas = this.replicas(NAMES.find((known) => known === name) ?? 'ledger');
    return (replicas.find(({ isAwake }) => isAwake) ?? this.service(replicas[0]?.name ?? '')).url;
  };

  /** The first process of a service. */
  service(name: string): ServiceProcess {
    const [first] = this.replicas(name);
    if (!first) throw new Error(`There is no service ${name}.`);
    return first;
  }

  replicas(name: string): readonly ServiceProcess[] {
    return this.services.filter((service) => service.name === name);
  }

  /** A further process of a service; not running yet. */
  async addReplica(name: ServiceName): Promise<ServiceProcess> {
    const replica = new ServiceProcess({ name, port: await freePort(), environment: this.environmentOf(name) });
    this.services.push(replica);
    return replica;
  }

  /** How the scenario's topics begin. */
  get topicPrefix(): string {
    return `${this.setting.name}.`;
  }

  /** For a scenario's own look into a service's tables. */
  databaseOf(name: string): string {
    return `${this.setting.name}_${name}`;
  }

  /** Lets the log hand a service, of which no process runs, everything from the beginning again. */
  async rewind(name: string): Promise<void> {
    const { servers, name: namespace } = this.setting;
    await servers.kafka.rewind(`${namespace}.${name}`);
  }

  /** Of a path's service. Without patience unless it is given. */
  client(options: Readonly<{ patienceMs?: number; timeoutMs?: number }> & { path: string }): TesseraClient {
    const { path, ...rest } = options;
    return new TesseraClient({ url: this.urlFor(path), token: this.token, ...rest });
  }

  /** Undefined if it does not say so soon; who has patience waits for one that is just coming back. */
  async progress(name: string, patienceMs = 0): Promise<Progress | undefined> {
    const path = `/${name}/v1/progress`;
    return this.client({ path, timeoutMs: 1_000, patienceMs })
      .get<Progress>(path)
      .catch(() => undefined);
  }

  /** Records to handle, events to publish and members to look at, of the services that say it now. */
  async workLeft(): Promise<number> {
    return (await this.workLeftOf()).reduce<number>((sum, left) => sum + (left ?? 0), 0);
  }

  /** Whether every service says that it has nothing left to do. */
  async isAtRest(): Promise<boolean> {
    return (await this.workLeftOf()).every((left) => left === 0);
  }

  async remove(): Promise<void> {
    const { servers } = this.setting;
    await Promise.all(this.services.map((service) => service.stop()));
    await this.opened?.close();
    await (servers.cluster ?? servers.kafka).forget(this.topicPrefix);
    for (const name of SERVICES) await servers.postgres.dropDatabase(this.databaseOf(name));
  }

  /** By service; undefined of those that do not say it now. */
  private async workLeftOf(): Promise<readonly (number | undefined)[]> {
    const told = await Promise.all(SERVICES.map((name) => this.progress(name)));
    return told.map((progress) => progress && progress.lag + progress.outbox + progress.work);
  }

  private async open(): Promise<void> {
    const { servers, name: namespace, currency, options } = this.setting;
    const { partitions = PARTITIONS, replicas = {} } = options;
    const { brokers } = servers.cluster ?? servers.kafka;
    this.opened = await KafkaLog.open({ brokers: brokers.split(','), clientId: 'tessera-faults', namespace });
    await Promise.all([
      this.opened.ensureTopics(topicSpecs({ partitions })),
      ...SERVICES.map((name) => servers.postgres.createDatabase(this.databaseOf(name))),
    ]);
    for (const name of NAMES) (await this.addReplica(name)).start();
    await Promise.all(this.services.map((service) => service.ready()));
    // Only now, because the first process of a service runs its migrations.
    for (const name of NAMES) {
      for (let more = (replicas[name] ?? 1) - 1; more > 0; more -= 1) (await this.addReplica(name)).start();
    }
    await Promise.all(this.services.map((service) => service.ready()));
    const programs = '/membership/v1/programs';
    await this.client({ path: programs }).post(programs, defaultProgram(currency));
  }

  private environmentOf(name: string): Record<string, string> {
    const { servers, options, smtpUrl } = this.setting;
    const { through = [], sessionMs = SESSION_MS, leaseMs = LEASE_MS, partitions = PARTITIONS } = options;
    const { kafka, cluster, postgres } = servers;
    const database = this.databaseOf(name);
    const databaseUrl = through.includes('postgres') ? postgres.proxiedUrl(database) : postgres.url(database);
    return {
      ...SMTP,
      KAFKA_BROKERS: through.includes('kafka') ? kafka.proxiedBrokers : (cluster ?? kafka).brokers,
      TESSERA_NAMESPACE: this.setting.name,
      KAFKA_SESSION_MS: String(sessionMs),
      RELAY_LEASE_MS: String(leaseMs),
      LOG_PARTITIONS: String(partitions),
      LOG_LEVEL: 'warn',
      MIGRATE: 'true',
      POOL_SIZE: '12',
      SMTP_URL: smtpUrl,
      MAIL_FROM: 'Tessera <tessera@mailbox.invalid>',
      ...(name !== 'collector' && { DATABASE_URL: databaseUrl }),
      ...this.secrets,
      ...servers.environment,
      ...options.environment,
    };
  }

  private readonly secrets = {
    TESSERA_TOKENS: JSON.stringify([
      tokenFrom(this.token, { name: 'operator', scopes: ['collect', 'read', 'write', 'admin'] }),
    ]),
    TESSERA_CONTACT_KEYS: JSON.stringify([{ id: 'fault', key: randomBytes(32).toString('base64') }]),
  };
}
