import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { topicSpecs } from '@tessera/contracts';
import { freePort, KafkaServer, ServiceProcess } from '@tessera/faults';
import { tokenFrom } from '@tessera/platform-auth';
import { KafkaLog } from '@tessera/platform-bus';
import { removeDataFolder, startEmbeddedPostgres } from '@tessera/platform-database/embedded';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { PARTITIONS } from './partitions.js';

type Close = () => Promise<unknown>;
type Postgres = Awaited<ReturnType<typeof startEmbeddedPostgres>>;

export type StageOptions = Readonly<{
  /** Server settings beyond PostgreSQL's own; durability is never one of them. */
  settings?: Readonly<Record<string, string>>;
  profileDir?: string;
}>;

/** A Kafka and a PostgreSQL of the run's own, with all topics made, and our services as processes on them. */
export class Stage {
  readonly token = randomBytes(32).toString('base64url');
  private readonly contactKey = randomBytes(32).toString('base64');

  private constructor(
    private readonly folder: string,
    private readonly closing: Close[],
    private readonly postgres: Postgres,
    readonly brokers: string,
    readonly log: KafkaLog,
    private readonly profileDir: string | undefined,
  ) {}

  /** What a failed start opened is closed again. */
  static async open({ settings = {}, profileDir }: StageOptions): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
    const closing: Close[] = [];
    try {
      const dataDir = join(folder, 'postgres');
      closing.push(() => removeDataFolder(dataDir));
      const postgres = await startEmbeddedPostgres({ dataDir, settings: { max_connections: '200', ...settings } });
      closing.push(() => postgres.stop());
      const broker = await KafkaServer.start(join(folder, 'kafka'));
      closing.push(() => broker.stop());
      const log = await KafkaLog.open({ brokers: [broker.brokers], clientId: 'tessera-bench' });
      closing.push(() => log.close());
      await log.ensureTopics(topicSpecs({ partitions: PARTITIONS }));
      return new Stage(folder, closing, postgres, broker.brokers, log, profileDir);
    } catch (error) {
      await closeAll(closing, folder);
      throw error;
    }
  }

  close(): Promise<void> {
    return closeAll(this.closing, this.folder);
  }

  /** Like a table, a database is quickly made from one that is ready; nobody may be connected to that meanwhile. */
  async database(name: string, template?: string): Promise<string> {
    // File by file: written page by page to the journal, a large one would take minutes.
    const copied = template === undefined ? '' : ` TEMPLATE ${template} STRATEGY = FILE_COPY`;
    await this.query('postgres', `CREATE DATABASE ${name}${copied}`);
    return this.postgres.url(name);
  }

  async dropDatabase(name: string): Promise<void> {
    await this.query('postgres', `DROP DATABASE ${name} WITH (FORCE)`);
  }

  async query<Row extends pg.QueryResultRow>(
    database: string,
    sql: string,
    parameters: unknown[] = [],
  ): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.postgres.url(database) });
    await client.connect();
    try {
      return (await client.query<Row>(sql, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  url(database: string): string {
    return this.postgres.url(database);
  }

  /** Not yet started. */
  async service(name: string, environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    const token = tokenFrom(this.token, { name: 'bench', scopes: ['collect', 'read', 'write', 'admin'] });
    const { profileDir } = this;
    const service = new ServiceProcess({
      name,
      port: await freePort(),
      environment: {
        KAFKA_BROKERS: this.brokers,
        TESSERA_TOKENS: JSON.stringify([token]),
        LOG_PARTITIONS: String(PARTITIONS),
        LOG_LEVEL: 'error',
        TESSERA_CONTACT_KEYS: JSON.stringify([{ id: 'bench', key: this.contactKey }]),
        ...environment,
      },
      program: [...(profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]), appOf(name)],
    });
    this.closing.push(() => service.stop());
    return service;
  }

  /** A group that nobody is in begins topics anew. */
  async rewind(group: string, topics: readonly string[]): Promise<void> {
    const admin = new Kafka({ brokers: [this.brokers], clientId: 'bench', logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, offset: '0' }));
      for (const topic of topics) await admin.setOffsets({ groupId: group, topic, partitions });
    } finally {
      await admin.disconnect();
    }
  }
}

/** As it is deployed: without failpoints. */
const appOf = (name: string): string => fileURLToPath(new URL(`../../apps/${name}/dist/main.js`, import.meta.url));

async function closeAll(closing: Close[], folder: string): Promise<void> {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
}
