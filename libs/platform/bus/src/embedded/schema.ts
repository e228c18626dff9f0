import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { LogSchemaTooNew } from '../errors.js';
import { transaction } from './transaction.js';

/** Held while tables or topics are created, so that two openings of one database wait for each other. */
export const CREATION_LOCK = 7_352_001;

/** One entry a version, applied in order; an entry is never edited once released. */
const versions: readonly string[] = [
  `CREATE TABLE topic_log.topics (
     topic text COLLATE "C" PRIMARY KEY,
     cleanup text NOT NULL CHECK (cleanup IN ('compact', 'delete')),
     retention_ms bigint
   );
   CREATE TABLE topic_log.partitions (
     partition_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     topic text COLLATE "C" NOT NULL REFERENCES topic_log.topics,
     partition int NOT NULL,
     next_offset bigint NOT NULL DEFAULT 0,
     compacted_to bigint NOT NULL DEFAULT 0,
     UNIQUE (topic, partition)
   ) WITH (fillfactor = 20);
   CREATE TABLE topic_log.records (
     partition_id int NOT NULL,
     record_offset bigint NOT NULL,
     by_key boolean NOT NULL,
     key bytea,
     value bytea,
     headers text NOT NULL,
     appended_at timestamptz(3) NOT NULL,
     PRIMARY KEY (partition_id, record_offset)
   );
   CREATE INDEX records_by_key ON topic_log.records (partition_id, md5(key), record_offset) WHERE by_key;
   CREATE INDEX records_tombstones ON topic_log.records (partition_id, record_offset) WHERE by_key AND value IS NULL;
   CREATE TABLE topic_log.positions (
     consumer_group text COLLATE "C" NOT NULL,
     topic text COLLATE "C" NOT NULL,
     partition int NOT NULL,
     next_offset bigint NOT NULL,
     PRIMARY KEY (consumer_group, topic, partition)
   ) WITH (fillfactor = 20);`,
];

/** Creates the tables, or brings them up to this release; gives the log's id, made once with the tables. */
export function openSchema(pool: pg.Pool): Promise<string> {
  return transaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [CREATION_LOCK]);
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS topic_log;
      CREATE TABLE IF NOT EXISTS topic_log.cluster (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        cluster_id text NOT NULL,
        version int NOT NULL
      )`);
    await client.query('INSERT INTO topic_log.cluster (cluster_id, version) VALUES ($1, 0) ON CONFLICT DO NOTHING', [
      randomUUID(),
    ]);
    const { rows } = await client.query<{ cluster_id: string; version: number }>('SELECT * FROM topic_log.cluster');
    const { cluster_id: clusterId, version } = rows[0]!;
    if (version > versions.length) throw new LogSchemaTooNew(version, versions.length);

    for (const statements of versions.slice(version)) await client.query(statements);
    await client.query('UPDATE topic_log.cluster SET version = $1 WHERE version < $1', [versions.length]);
    return clusterId;
  });
}
