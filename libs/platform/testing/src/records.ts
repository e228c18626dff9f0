import { encode } from '@tessera/contracts';
import { randomUUID } from 'node:crypto';
import type { BuiltEvent } from './builders.js';

/** As the log port states them, said again in shape only: the port's own suites are built on this package. */
export type BuiltRecord = Readonly<{
  topic: string;
  partition: number;
  offset: number;
  key: string;
  value: Buffer;
  headers: Readonly<Record<string, string>>;
  appendedAt: Date;
}>;

export type BuiltBatch<Record = BuiltRecord> = Readonly<{
  topic: string;
  partition: number;
  from: number;
  records: readonly Record[];
  next: number;
  heartbeat(): Promise<void>;
}>;

type Place = Readonly<{ partition?: number; offset: number; appendedAt?: Date }>;

/** The record that the log would hold for an event. */
export function recordOf({ contract, data }: BuiltEvent, place: Place): BuiltRecord {
  const appendedAt = place.appendedAt ?? new Date();
  const { key, value, headers } = encode(contract, data, {
    id: randomUUID(),
    source: 'urn:tessera:test',
    time: appendedAt,
  });
  return {
    topic: contract.topic,
    partition: place.partition ?? 0,
    offset: place.offset,
    key,
    value: Buffer.from(value),
    headers,
    appendedAt,
  };
}

/** A batch as a log adapter would hand it over. */
export function batchOf<Record extends { topic: string; partition: number; offset: number }>(
  records: readonly Record[],
): BuiltBatch<Record> {
  const [first] = records;
  if (!first) throw new Error('a batch has at least one record');
  const [from, next] = [first.offset, (records.at(-1) ?? first).offset + 1];
  return { topic: first.topic, partition: first.partition, from, records, next, heartbeat: async () => undefined };
}

/** Events of one contract as one batch, with offsets from `from` on. */
export function batchFrom(from: number, ...events: readonly BuiltEvent[]): BuiltBatch {
  return batchOf(events.map((event, index) => recordOf(event, { offset: from + index })));
}
