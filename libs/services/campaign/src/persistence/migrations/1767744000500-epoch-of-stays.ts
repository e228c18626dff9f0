import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By the epoch of the state that told of a stay, a stay whose entry was skipped over is known from one that was rebuilt. Null: not known. */
export class EpochOfStays1767744000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE stays ADD COLUMN epoch bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE stays DROP COLUMN epoch');
  }
}
