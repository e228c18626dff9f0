import { randomUUID } from 'node:crypto';
import { encode, type EventContract } from '@tessera/contracts';
import type { NewRecord } from '@tessera/platform-bus';

/** Of a message: what it is called, and who sends it. */
export type Sent = Readonly<{ id?: string; source?: string }>;

const SOURCE = 'urn:tessera:faults';

/** A record as a sender of its own puts it on the log, past the collector: nothing is checked. */
export function recordOf(
  contract: EventContract,
  data: unknown,
  { id = randomUUID(), source = SOURCE }: Sent = {},
): NewRecord {
  const { key, value, headers } = encode(contract, data, { id, source, time: new Date() });
  return { topic: contract.topic, key, value: Buffer.from(value), headers };
}

/** The same as one JSON object with its attributes inside (CloudEvents' structured mode). */
export function structuredRecordOf(
  contract: EventContract,
  data: unknown,
  { id = randomUUID(), source = SOURCE }: Sent = {},
): NewRecord {
  const event = { specversion: '1.0', id, source, type: contract.topic, datacontenttype: 'application/json', data };
  return {
    topic: contract.topic,
    key: contract.key(data),
    value: Buffer.from(JSON.stringify(event)),
    headers: { 'content-type': 'application/cloudevents+json' },
  };
}

/** The data alone, of a sender who has never heard of CloudEvents. */
export function bareRecordOf(contract: EventContract, data: unknown): NewRecord {
  return { topic: contract.topic, key: contract.key(data), value: Buffer.from(JSON.stringify(data)), headers: {} };
}
