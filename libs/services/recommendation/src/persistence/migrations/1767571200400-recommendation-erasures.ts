import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who was erased is kept for ever, so that nothing that comes later brings them back. */
export class RecommendationErasures1767571200400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE erased_members (member_id text COLLATE "C" PRIMARY KEY)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE erased_members');
  }
}
