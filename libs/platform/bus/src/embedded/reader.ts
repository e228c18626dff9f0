import type pg from 'pg';
import type { LogRecord } from '../log.js';
import type { Partition } from './catalogue.js';

/** `until` is the first offset no longer wanted; bytes are those of keys, values and headers together. */
export type Range = Readonly<{ from: number; until: number; recordsMax: number; bytesMax: number }>;

type Row = {
  record_offset: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: string;
  appended_at: Date;
};

const READ = `
  SELECT record_offset, key, value, headers, appended_at
  FROM (
    SELECT *, row_number() OVER running AS place,
      sum(coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0) + octet_length(headers)) OVER running AS bytes
    FROM (
      SELECT * FROM topic_log.records
      WHERE partition_id = $1 AND record_offset >= $2 AND record_offset < $3
      ORDER BY record_offset LIMIT $4
    ) AS next
    WINDOW running AS (ORDER BY record_offset ROWS UNBOUNDED PRECEDING)
  ) AS counted
  WHERE bytes <= $5 OR place = 1
  ORDER BY record_offset`;

/** The next records of a partition within the limits; the first one is given however large it is. */
export async function readRecords(pool: pg.Pool, partition: Partition, range: Range): Promise<readonly LogRecord[]> {
  const { rows } = await pool.query<Row>({
    name: 'read-records',
    text: READ,
    values: [partition.id, range.from, range.until, range.recordsMax, range.bytesMax],
  });
  return rows.map((row) => ({
    topic: partition.topic,
    partition: partition.partition,
    offset: Number(row.record_offset),
    key: row.key === null ? null : row.key.toString(),
    value: row.value,
    headers: JSON.parse(row.headers) as Record<string, string>,
    appendedAt: row.appended_at,
  }));
}
