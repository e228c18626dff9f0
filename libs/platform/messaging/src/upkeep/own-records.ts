import { contractFor, decode } from '@tessera/contracts';
import type { Log, LogRecord } from '@tessera/platform-bus';
import { rows, type Transaction } from '@tessera/platform-database';
import type { Unseen } from './published-positions.js';

export type OwnRecord = Readonly<{
  topic: string;
  subject: string;
  stateKey: string;
  epoch: number;
  sequence: number;
  data: unknown;
}>;

const RECORDS_MAX = 500;

/** States among records of one's own topics; what is no valid state of its contract says nothing of a timeline. */
export function ownRecords(records: readonly LogRecord[]): readonly OwnRecord[] {
  return records.flatMap((record) => {
    const contract = contractFor(record.topic);
    if (contract?.identity.kind !== 'state' || record.value === null) return [];
    const decoded = decode(record);
    const parsed = decoded.ok ? contract.parse(decoded.event.data) : decoded;
    if (!parsed.ok || !('data' in parsed)) return [];
    const { data } = parsed;
    const { epoch, sequence } = data as Readonly<{ epoch: number; sequence: number }>;
    const { topic } = record;
    return [{ topic, subject: contract.key(data), stateKey: contract.identity.of(data), epoch, sequence, data }];
  });
}

/**
 * Those that this database cannot have written: under an epoch above its own, or with a number that it has not given yet. Numbers of a subject go on over
 * all epochs, so neither can be in a database that was never set back.
 */
export async function beyond(tx: Transaction, records: readonly OwnRecord[]): Promise<readonly OwnRecord[]> {
  if (records.length === 0) return [];
  const found = await rows<{ place: number }>(
    tx,
    `SELECT r.place FROM service_state st,
            unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS r(subject, epoch, sequence, place)
       LEFT JOIN subjects s ON s.subject = r.subject
      WHERE r.epoch > st.epoch OR r.sequence > coalesce(s.sequence, 0)
      ORDER BY r.place`,
    [records.map(({ subject }) => subject), records.map(({ epoch }) => epoch), records.map(({ sequence }) => sequence)],
  );
  return found.flatMap(({ place }) => records[place - 1] ?? []);
}

export type OwnPage = Readonly<{ records: readonly LogRecord[]; next: number }>;

/** Pages of what one partition holds from a position to its end; the last one's `next` is that end. */
export async function* ownPages(log: Log, { topic, partition, from, earliest, end }: Unseen): AsyncGenerator<OwnPage> {
  let next = Math.max(from, earliest);
  let empty = 0;
  while (next < end) {
    const page = await log.read({ topic, partition, offset: next, limit: RECORDS_MAX });
    const last = page.at(-1);
    empty = last ? 0 : empty + 1;
    if (!last && empty < EMPTY_READS) continue;
    next = last ? Math.min(last.offset + 1, end) : end;
    yield { records: page.filter(({ offset }) => offset < end), next };
  }
}

/** An answer without records may be a slow broker's: only several in a row say that nothing is left below the end. */
const EMPTY_READS = 5;
