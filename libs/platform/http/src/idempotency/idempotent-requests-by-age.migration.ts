import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For pruning, which takes the oldest. */
export class IdempotentRequestsByAge1767571200001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX idempotent_requests_by_age');
  }
}
