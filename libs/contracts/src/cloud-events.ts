import { contractFor } from './catalogue.js';
import type { EventContract } from './define-event.js';
import { malformed, readEnvelope, type Attributes, type DecodeFailure } from './envelope.js';

export type { DecodeFailure };

/**
 * CloudEvents 1.0 over Kafka. We write binary mode; we read binary, structured and, on topics from outside, bare JSON of a sender
 * who knows nothing of CloudEvents.
 */
export type Encoded = Readonly<{ key: string; value: string; headers: Readonly<Record<string, string>> }>;

/** What an event says of itself beside its data. */
export type EventAttributes = Readonly<{
  id: string;
  /** A URI reference that names the sender, like `urn:tessera:ledger`. */
  source: string;
  time: Date;
  traceparent?: string;
}>;

export type DecodedEvent = Readonly<{
  id: string;
  type: string;
  source: string;
  time: Date;
  subject?: string;
  dataschema?: string;
  traceparent?: string;
  /** Not yet validated: the contract's `parse` does that. */
  data: unknown;
}>;

/** A record of the log as its port gives it; the topic without a deployment's namespace. */
export type EncodedRecord = Readonly<{
  topic: string;
  key?: string | null;
  value: Uint8Array | null;
  headers: Readonly<Record<string, string | undefined>>;
  appendedAt: Date;
  partition: number;
  offset: number;
}>;

export type Decoded = Readonly<{ ok: true; event: DecodedEvent }> | DecodeFailure;

/** The event as it is put on the log. Validates nothing: the data are typed, and an outbox has parsed them. */
export function encode<Data>(contract: EventContract<Data>, data: NoInfer<Data>, attributes: EventAttributes): Encoded {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: attributes.id,
    ce_type: contract.topic,
    ce_source: attributes.source,
    ce_time: attributes.time.toISOString(),
    ce_dataschema: contract.dataschema,
    'content-type': 'application/json',
  };
  const { memberId } = data as { memberId?: unknown };
  if (typeof memberId === 'string') headers['ce_subject'] = memberId;
  if (attributes.traceparent !== undefined) headers['traceparent'] = attributes.traceparent;
  return { key: contract.key(data), value: JSON.stringify(data), headers };
}

/** Reads a record in any of the three modes; never throws. Whether the data keep to the contract is for its `parse` to say. */
export function decode(
  record: EncodedRecord,
  contract: EventContract | undefined = contractFor(record.topic),
): Decoded {
  const { headers, value } = record;
  if (value === null) return noValue(contract);

  const contentType = headers['content-type'] ?? 'application/json';
  const isStructured = STRUCTURED.test(contentType);
  if (!isStructured && !JSON_TYPE.test(contentType)) {
    return malformed('content-type', 'must be application/json or application/cloudevents+json');
  }
  const json = readJson(value);
  if (!json.ok) return malformed('value', json.reason);
  if (isStructured) return structured(record, contract, json.value);
  if (isBinary(headers)) {
    const attributes: Attributes = { from: headers, prefix: 'ce_', traceparent: headers['traceparent'] };
    return assemble(record, contract, attributes, json.value);
  }
  // A sender without headers may still have written a whole CloudEvent; none of our own data has such a field.
  if (isObject(json.value) && 'specversion' in json.value) return structured(record, contract, json.value);
  return bare(record, contract, json.value);
}

/** No event in either case; but a tombstone is there on purpose, where the contract has such. */
function noValue(contract: EventContract | undefined): DecodeFailure {
  if (contract?.tombstone !== 'erases') return malformed('value', 'is null, but the event has no tombstones');
  return { ok: false, code: 'tombstone', detail: 'value: is null, so what was under this key is erased' };
}

const STRUCTURED = /^application\/cloudevents\+json\s*(;|$)/i;
/** Also `application/anything+json`; never the batch or other formats of CloudEvents, which would be read as bare data. */
const JSON_TYPE = /^(text|application)\/(?!cloudevents)([\w.-]+\+)?json\s*(;|$)/i;

const utf8 = new TextDecoder('utf-8', { fatal: true });

type Json = Readonly<{ ok: true; value: unknown }> | Readonly<{ ok: false; reason: string }>;

function readJson(value: Uint8Array): Json {
  let source: string;
  try {
    source = utf8.decode(value);
  } catch {
    return { ok: false, reason: 'is not UTF-8' };
  }
  try {
    return { ok: true, value: JSON.parse(source) };
  } catch {
    return { ok: false, reason: 'is not JSON' };
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBinary(headers: EncodedRecord['headers']): boolean {
  return headers['ce_specversion'] !== undefined || Object.keys(headers).some((header) => header.startsWith('ce_'));
}

function bare(record: EncodedRecord, contract: EventContract | undefined, data: unknown): Decoded {
  const { topic, partition, offset, appendedAt } = record;
  if (contract?.producer !== 'collector') {
    return malformed('ce_specversion', 'is missing; only events from outside may be bare JSON');
  }
  const id = `${topic}/${partition}/${offset}`;
  return { ok: true, event: { id, type: topic, source: 'urn:tessera:bare', time: appendedAt, data } };
}

function structured(record: EncodedRecord, contract: EventContract | undefined, event: unknown): Decoded {
  if (!isObject(event)) return malformed('value', 'must be a JSON object, as structured mode has it');

  const { datacontenttype, data } = event;
  if (datacontenttype !== undefined && !(typeof datacontenttype === 'string' && JSON_TYPE.test(datacontenttype))) {
    return malformed('datacontenttype', 'must be application/json');
  }
  if (data === undefined) {
    return malformed('data', 'data_base64' in event ? 'must be JSON; data_base64 is not read' : 'is missing');
  }
  const traceparent = event['traceparent'] ?? record.headers['traceparent'];
  return assemble(record, contract, { from: event, prefix: '', traceparent }, data);
}

function assemble(
  record: EncodedRecord,
  contract: EventContract | undefined,
  attributes: Attributes,
  data: unknown,
): Decoded {
  const envelope = readEnvelope(record.topic, contract, attributes);
  if (!envelope.ok) return envelope;

  const { id, source, time = record.appendedAt, optional } = envelope;
  const event: DecodedEvent = { id, type: record.topic, source, time, data };
  return { ok: true, event: Object.assign(event, optional) };
}
