import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a service remembers of the log it stands before, of what it has published there, and of a rebuild or restore under way. */
export class Upkeep1767312000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE service_state
        ADD COLUMN cluster_id text,
        ADD COLUMN upkeep text CHECK (upkeep IN ('rebuilding', 'restoring')),
        ADD COLUMN as_of timestamptz(3);

      CREATE TABLE upkeep (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        kind text NOT NULL CHECK (kind IN ('rebuilding', 'restoring')),
        phase text NOT NULL CHECK (phase IN ('closing', 'reading', 'replaying', 'announcing', 'done')),
        announces text NOT NULL CHECK (announces IN ('all', 'listed')),
        began_at timestamptz(3) NOT NULL,
        ended_at timestamptz(3),
        announced bigint NOT NULL DEFAULT 0,
        announced_to text COLLATE "C",
        unreadable bigint NOT NULL DEFAULT 0
      );
      CREATE TABLE upkeep_targets (
        topic text COLLATE "C",
        partition int,
        from_offset bigint NOT NULL,
        until_offset bigint NOT NULL,
        PRIMARY KEY (topic, partition)
      );
      CREATE TABLE upkeep_subjects (
        subject text COLLATE "C" PRIMARY KEY
      );
      CREATE TABLE published_positions (
        topic text COLLATE "C",
        partition int,
        next_offset bigint NOT NULL,
        PRIMARY KEY (topic, partition)
      ) WITH (fillfactor = 50);
      CREATE INDEX dead_letters_by_origin ON dead_letters (topic, partition, "offset");
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX dead_letters_by_origin;
      DROP TABLE published_positions, upkeep_subjects, upkeep_targets, upkeep;
      ALTER TABLE service_state DROP COLUMN as_of, DROP COLUMN upkeep, DROP COLUMN cluster_id;
    `);
  }
}
