import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who was erased is kept for ever, so that nothing that comes later opens the wallet again. */
export class LedgerErasures1767571200200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE erased_members (
        member_id text COLLATE "C" PRIMARY KEY,
        erased_at timestamptz(3) NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE erased_members');
  }
}
