import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a stay is there for history alone. Null in rows of before, and of a release before, which know it from the cause only. */
export class EntriesOfHistory1767657600300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE segment_members ADD COLUMN backfill boolean');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE segment_members DROP COLUMN backfill');
  }
}
