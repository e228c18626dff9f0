import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A message remembers the trace that it belongs to, since it is sent by a loop of its own, perhaps days later and by another process. */
export class MessageTraces1767657600500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE messages ADD COLUMN traceparent text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE messages DROP COLUMN traceparent');
  }
}
