import type pg from 'pg';
import type { NewRecord } from '../log.js';
import type { Partition } from './catalogue.js';

/** A record and where it goes; its offset is given once its partition is locked. */
export type Placed = {
  readonly record: NewRecord;
  readonly partition: Partition;
  readonly byKey: boolean;
  offset: number;
};

const STATEMENT_RECORDS_MAX = 5_000;
const STATEMENT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Bytes travel as one binary parameter and are cut apart by the database: arrays of bytea would travel as hex, twice
 * as long. A missing length cuts NULL, so that a null value and an empty one stay apart. The append time is that of
 * the statement, which starts after the partitions are locked, so times follow the offsets as far as the clock does.
 */
const INSERT = `
  INSERT INTO topic_log.records (partition_id, record_offset, by_key, key, value, headers, appended_at)
  SELECT partition_id, record_offset, by_key,
    substring($1::bytea FROM start FOR key_length),
    substring($1::bytea FROM start + coalesce(key_length, 0) FOR value_length),
    convert_from(substring($1::bytea FROM start + coalesce(key_length, 0) + coalesce(value_length, 0) FOR headers_length), 'UTF8'),
    date_trunc('milliseconds', statement_timestamp())
  FROM unnest($2::int[], $3::int8[], $4::bool[], $5::int[], $6::int[], $7::int[], $8::int[])
    AS r (partition_id, record_offset, by_key, start, key_length, value_length, headers_length)`;

/** An estimate that is good enough to limit a statement by. */
export function sizeOf({ key, value }: NewRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0) + 256;
}

export async function insertRecords(client: pg.PoolClient, placed: readonly Placed[]): Promise<void> {
  let from = 0;
  while (from < placed.length) {
    let to = from;
    let bytes = 0;
    while (to < placed.length && to - from < STATEMENT_RECORDS_MAX && (to === from || bytes < STATEMENT_BYTES_MAX)) {
      bytes += sizeOf(placed[to]!.record);
      to += 1;
    }
    await client.query({ name: 'insert-records', text: INSERT, values: parameters(placed.slice(from, to)) });
    from = to;
  }
}

function parameters(placed: readonly Placed[]): unknown[] {
  const pieces: Buffer[] = [];
  const starts: number[] = [];
  const keyLengths: (number | null)[] = [];
  const valueLengths: (number | null)[] = [];
  const headerLengths: number[] = [];
  let start = 1;
  for (const { record } of placed) {
    const key = record.key === null ? null : Buffer.from(record.key);
    const headers = Buffer.from(JSON.stringify(record.headers));
    if (key) pieces.push(key);
    if (record.value) pieces.push(record.value);
    pieces.push(headers);
    starts.push(start);
    keyLengths.push(key?.length ?? null);
    valueLengths.push(record.value?.length ?? null);
    headerLengths.push(headers.length);
    start += (key?.length ?? 0) + (record.value?.length ?? 0) + headers.length;
  }
  return [
    Buffer.concat(pieces),
    placed.map(({ partition }) => partition.id),
    placed.map(({ offset }) => offset),
    placed.map(({ byKey }) => byKey),
    starts,
    keyLengths,
    valueLengths,
    headerLengths,
  ];
}
