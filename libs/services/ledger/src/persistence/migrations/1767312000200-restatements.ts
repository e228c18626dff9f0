import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Numbers of a member that belong to no movement: after a restore the balance was only said anew. */
export class Restatements1767312000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE restatements (
        member_id text COLLATE "C",
        sequence bigint,
        PRIMARY KEY (member_id, sequence)
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE restatements');
  }
}
