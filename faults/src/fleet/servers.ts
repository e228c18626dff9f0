import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaServer } from './kafka-server.js';
import { PostgresServer } from './postgres-server.js';

/** The Kafka and the PostgreSQL of a run; scenarios that follow each other share them, each with names of its own. */
export class Servers {
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
