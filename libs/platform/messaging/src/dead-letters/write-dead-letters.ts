import { deadLetterTopic, type ServiceName } from '@tessera/contracts';
import { rows, type Transaction } from '@tessera/platform-database';
import { v7 as uuidv7 } from 'uuid';
import { DEAD_LETTER_BYTES_MAX, type DeadLetter } from './dead-letter.js';

const DETAIL_CHARACTERS_MAX = 4_000;

/** Keeps dead letters for the operator and queues them for their topic, in the transaction that passes over them. */
export async function writeDeadLetters(
  tx: Transaction,
  service: ServiceName,
  letters: readonly DeadLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  const written = letters.map(({ record, code, detail }) => ({
    id: uuidv7(),
    record,
    code,
    detail: detail.replaceAll('\0', '').slice(0, DETAIL_CHARACTERS_MAX),
    value: record.value?.subarray(0, DEAD_LETTER_BYTES_MAX) ?? null,
  }));

  await rows(
    tx,
    `INSERT INTO dead_letters (id, topic, partition, "offset", key, headers, value, value_bytes, appended_at, code, detail)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::jsonb[], $7::bytea[], $8::int[],
                          $9::timestamptz[], $10::text[], $11::text[])`,
    [
      written.map(({ id }) => id),
      written.map(({ record }) => record.topic),
      written.map(({ record }) => record.partition),
      written.map(({ record }) => record.offset),
      written.map(({ record }) => withoutNul(record.key)),
      written.map(({ record }) => withoutNul(JSON.stringify(record.headers))),
      written.map(({ value }) => value),
      written.map(({ record }) => record.value?.length ?? 0),
      written.map(({ record }) => record.appendedAt),
      written.map(({ code }) => code),
      written.map(({ detail }) => detail),
    ],
  );
  await rows(
    tx,
    `INSERT INTO outbox (topic, key, headers, value)
     SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::bytea[])`,
    [
      written.map(({ record }) => deadLetterTopic(record.topic, service)),
      written.map(({ record }) => withoutNul(record.key)),
      written.map(({ id, record, code, detail }) =>
        withoutNul(
          JSON.stringify({
            ...record.headers,
            tessera_dlq_id: id,
            tessera_dlq_code: code,
            tessera_dlq_detail: detail,
            tessera_dlq_origin: `${record.topic}/${record.partition}/${record.offset}`,
          }),
        ),
      ),
      written.map(({ value }) => value),
    ],
  );
}

/** PostgreSQL's text and jsonb hold no NUL; in a key or header of a broken record it stands for nothing. */
function withoutNul<T extends string | null>(text: T): T {
  return (text === null ? null : text.replaceAll('\0', '').replaceAll('\\u0000', '')) as T;
}
