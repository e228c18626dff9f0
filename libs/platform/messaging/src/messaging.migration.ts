import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every service needs to hear and to speak: positions on the log, the counters of its members, what is still to be said. */
export class Messaging1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_state (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        epoch bigint NOT NULL,
        basis bigint NOT NULL DEFAULT 0
      );
      INSERT INTO service_state (epoch) VALUES (floor(extract(epoch FROM clock_timestamp()) * 1000));

      CREATE TABLE subjects (
        subject text COLLATE "C" PRIMARY KEY,
        sequence bigint NOT NULL DEFAULT 0,
        due_at timestamptz(3),
        basis bigint NOT NULL
      ) WITH (fillfactor = 70);
      CREATE INDEX subjects_due ON subjects (due_at) WHERE due_at IS NOT NULL;
      CREATE INDEX subjects_basis ON subjects (basis);

      CREATE TABLE consumer_offsets (
        topic text COLLATE "C",
        partition int,
        next_offset bigint NOT NULL DEFAULT 0,
        cluster_id text NOT NULL,
        PRIMARY KEY (topic, partition)
      ) WITH (fillfactor = 50);

      CREATE TABLE state_versions (
        topic text COLLATE "C",
        state_key text COLLATE "C",
        epoch bigint NOT NULL,
        sequence bigint NOT NULL,
        PRIMARY KEY (topic, state_key)
      ) WITH (fillfactor = 70);

      CREATE SEQUENCE outbox_positions;
      CREATE TABLE outbox (
        position bigint PRIMARY KEY DEFAULT nextval('outbox_positions'),
        topic text NOT NULL,
        key text,
        headers jsonb NOT NULL,
        value bytea,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
      CREATE FUNCTION announce_outbox() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('tessera_outbox', ''); RETURN NULL; END $$;
      CREATE TRIGGER outbox_announced AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION announce_outbox();

      CREATE TABLE relay_lease (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        holder uuid,
        epoch bigint NOT NULL DEFAULT 0,
        expires_at timestamptz(3) NOT NULL DEFAULT '-infinity'
      );
      INSERT INTO relay_lease DEFAULT VALUES;

      CREATE TABLE dead_letters (
        id uuid PRIMARY KEY,
        topic text NOT NULL,
        partition int NOT NULL,
        "offset" bigint NOT NULL,
        key text,
        headers jsonb NOT NULL,
        value bytea,
        value_bytes int NOT NULL,
        appended_at timestamptz(3) NOT NULL,
        code text NOT NULL,
        detail text NOT NULL,
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'replayed', 'discarded')),
        attempts int NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        closed_at timestamptz(3)
      );
      CREATE INDEX dead_letters_by_status ON dead_letters (status, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE dead_letters, relay_lease, outbox, state_versions, consumer_offsets, subjects, service_state;
      DROP SEQUENCE outbox_positions;
      DROP FUNCTION announce_outbox;
    `);
  }
}
