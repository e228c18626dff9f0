import { pointsChanged } from '@tessera/contracts';
import { DatabaseSetup } from 'pg-transactional-outbox';
import { outboxRow } from './outbox-rows.js';
import type { Stage } from './stage.js';

const CHUNK = 5_000;

/** Fills the outbox of a service's database. */
export async function fillOurs(stage: Stage, database: string, rows: number): Promise<void> {
  await inChunks(rows, async (from, to) => {
    const some = range(from, to).map(outboxRow);
    await stage.query(
      database,
      `INSERT INTO outbox (topic, key, headers, value)
       SELECT $1, u.key, u.headers, convert_to(u.value, 'UTF8')
         FROM unnest($2::text[], $3::jsonb[], $4::text[]) WITH ORDINALITY AS u(key, headers, value, place) ORDER BY u.place`,
      [
        pointsChanged.topic,
        some.map(({ key }) => key),
        some.map(({ headers }) => JSON.stringify(headers)),
        some.map(({ value }) => value),
      ],
    );
  });
  await stage.query(database, 'VACUUM ANALYZE outbox');
}

/** How the package hears of messages: it asks for so many at once, or replication brings them and it handles them in this order. */
export type Listener = Readonly<{ poll: number }> | Readonly<{ replicate: 'mutex' | 'segment-mutex' }>;

/** What keeps messages of one key in order is called a segment there; how many there are decides what is done at once. */
export type PackageOutbox = Readonly<{ rows: number; segments: number; listener: Listener }>;

export const NEXT_MESSAGES = 'next_outbox_messages';
export const SLOT = 'beside_slot';
export const PUBLICATION = 'beside_publication';

/** Replication brings what is written after its slot was made, so that this comes first. */
export async function fillPackage(
  stage: Stage,
  database: string,
  { rows, segments, listener }: PackageOutbox,
): Promise<void> {
  const names = {
    outboxOrInbox: 'outbox',
    database,
    schema: 'public',
    table: 'outbox',
    listenerRole: 'postgres',
  } as const;
  const polling = { ...names, nextMessagesName: NEXT_MESSAGES };
  await stage.query(database, DatabaseSetup.dropAndCreateTable(names));
  await stage.query(database, DatabaseSetup.createPollingFunction(polling));
  await stage.query(database, DatabaseSetup.setupPollingIndexes(polling));
  if ('replicate' in listener) {
    await stage.query(database, `CREATE PUBLICATION ${PUBLICATION} FOR TABLE outbox WITH (publish = 'insert')`);
    await stage.query(database, `SELECT pg_create_logical_replication_slot('${SLOT}', 'pgoutput')`);
  }
  await inChunks(rows, async (from, to) => {
    const some = range(from, to).map(outboxRow);
    await stage.query(
      database,
      `INSERT INTO outbox (id, aggregate_type, aggregate_id, message_type, segment, payload, metadata)
       SELECT u.id, 'member', u.key, $1, (abs(hashtext(u.key)) % $6)::text, u.value, u.headers
         FROM unnest($2::uuid[], $3::text[], $4::jsonb[], $5::jsonb[]) WITH ORDINALITY AS u(id, key, value, headers, place)
        ORDER BY u.place`,
      [
        pointsChanged.topic,
        some.map(({ id }) => id),
        some.map(({ key }) => key),
        some.map(({ value }) => value),
        some.map(({ headers }) => JSON.stringify(headers)),
        segments,
      ],
    );
  });
  await stage.query(database, 'VACUUM ANALYZE outbox');
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

async function inChunks(rows: number, write: (from: number, to: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < rows; from += CHUNK) await write(from, Math.min(rows, from + CHUNK));
}
