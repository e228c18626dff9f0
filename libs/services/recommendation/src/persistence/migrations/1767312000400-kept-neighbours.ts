import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Neighbours of articles as they were last counted, and a counter by which to see that an article's baskets have changed since. The
 * release before does not raise it: what is kept while both run is counted anew after a day at the latest.
 */
export class KeptNeighbours1767312000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE items ADD COLUMN changes bigint NOT NULL DEFAULT 0;

      CREATE TABLE kept_neighbours (
        sku text COLLATE "C" PRIMARY KEY,
        changes bigint NOT NULL,
        baskets bigint NOT NULL,
        counted_at timestamptz(3) NOT NULL,
        nearest json NOT NULL
      ) WITH (fillfactor = 70);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE kept_neighbours; ALTER TABLE items DROP COLUMN changes');
  }
}
