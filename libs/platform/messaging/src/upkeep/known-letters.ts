import { rows, type Transaction } from '@tessera/platform-database';
import type { DeadLetter } from '../dead-letters/dead-letter.js';

/** A replay meets again what could not be taken the first time, and what became of it has been decided since: only the others are left. */
export async function withoutKnown(tx: Transaction, letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]> {
  if (letters.length === 0) return letters;
  const known = await rows<{ place: number }>(
    tx,
    `SELECT o.place FROM unnest($1::text[], $2::int[], $3::bigint[], $4::timestamptz[])
                           WITH ORDINALITY AS o(topic, partition, "offset", appended_at, place)
      WHERE EXISTS (SELECT FROM dead_letters d WHERE d.topic = o.topic AND d.partition = o.partition AND d."offset" = o."offset"
                       AND d.appended_at = date_trunc('milliseconds', o.appended_at))`,
    [
      letters.map(({ record }) => record.topic),
      letters.map(({ record }) => record.partition),
      letters.map(({ record }) => record.offset),
      letters.map(({ record }) => record.appendedAt),
    ],
  );
  const places = new Set(known.map(({ place }) => place));
  return letters.filter((_letter, index) => !places.has(index + 1));
}
