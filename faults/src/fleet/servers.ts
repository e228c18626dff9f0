import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaCluster } from './kafka-cluster.js';
import { KafkaServer } from './kafka-server.js';
import { PostgresServer } from './postgres-server.js';
import type { RedisServer } from './redis-server.js';
import type { SmallDisk } from './small-disk.js';

/** What a scenario's services run on. */
export type ServersInUse = Readonly<{
  kafka: KafkaServer;
  postgres: PostgresServer;
  /** That of PostgreSQL, where it has one of its own. */
  disk?: SmallDisk;
  /** In place of `kafka`. */
  cluster?: KafkaCluster;
  redis?: RedisServer;
  /** A Kafka that the services have nothing to do with. */
  stranger?: Promise<KafkaServer>;
  /** How services reach these, over what they would be told else. */
  environment?: Readonly<Record<string, string>>;
}>;

/** Servers of one scenario alone, in place of the shared ones, and how to be rid of them. */
export type OwnServers = Partial<ServersInUse> & Readonly<{ remove(): Promise<void> }>;

/** The Kafka and the PostgreSQL of a run; scenarios that follow each other share them, each with names of its own. */
export class Servers implements ServersInUse {
  private constructor(
    private readonly folder: string,
    readonly kafka: KafkaServer,
    readonly postgres: PostgresServer,
  ) {}

  static async start(): Promise<Servers> {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-faults-'));
    let postgres: PostgresServer | undefined;
    try {
      postgres = await PostgresServer.start(join(folder, 'postgres'));
      return new Servers(folder, await KafkaServer.start(join(folder, 'kafka')), postgres);
    } catch (error) {
      await postgres?.remove();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async remove(): Promise<void> {
    await this.kafka.stop();
    await this.postgres.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
