import type { MigrationInterface, QueryRunner } from 'typeorm';

/** First answers to writes, kept so that a repeat gets the same one. */
export class IdempotentRequestsTable1767225600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotent_requests (
        scope text COLLATE "C",
        key text COLLATE "C",
        body_hash bytea NOT NULL,
        response jsonb NOT NULL DEFAULT 'null',
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (scope, key)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotent_requests');
  }
}
