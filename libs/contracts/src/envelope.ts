import { contractFor } from './catalogue.js';
import type { EventContract } from './define-event.js';
import { readInstant } from './instant.js';

/**
 * malformed: no event can be read from it; unknown-version: an event of ours in a version that we have no contract for;
 * unknown-type: no event of ours; tombstone: no event, but word that a key was erased.
 */
export type DecodeFailure = Readonly<{
  ok: false;
  code: 'malformed' | 'unknown-version' | 'unknown-type' | 'tombstone';
  /** Names the header or field and the reason, never the data. */
  detail: string;
}>;

/** Attributes as headers (binary mode, with `ce_` before the name) or as fields of a JSON object (structured mode). */
export type Attributes = Readonly<{
  from: Readonly<Record<string, unknown>>;
  prefix: 'ce_' | '';
  traceparent: unknown;
}>;

export type Envelope = Readonly<{
  ok: true;
  id: string;
  source: string;
  time: Date | undefined;
  optional: { subject?: string; dataschema?: string; traceparent?: string };
}>;

export function malformed(field: string, reason: string): DecodeFailure {
  return { ok: false, code: 'malformed', detail: `${field}: ${reason}` };
}

/** What a text column can hold unchanged, and short enough to be shown and indexed. */
const ATTRIBUTE = /^[^\p{Cc}\p{Cs}]{1,512}$/u;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function isAttribute(value: unknown): value is string {
  return typeof value === 'string' && ATTRIBUTE.test(value);
}

/** null is how some writers of JSON leave an attribute out. */
function read({ from, prefix }: Attributes, name: string): unknown {
  return from[prefix + name] ?? undefined;
}

function attributeProblem({ prefix }: Attributes, name: string, value: unknown): DecodeFailure {
  if (value === undefined) return malformed(prefix + name, 'is missing');
  return malformed(prefix + name, 'must be a string of 1 to 512 characters without control characters');
}

/** Checks the attributes of an event on `topic` against CloudEvents 1.0 and, where there is one, the topic's contract. */
export function readEnvelope(
  topic: string,
  contract: EventContract | undefined,
  attributes: Attributes,
): Envelope | DecodeFailure {
  const specversion = read(attributes, 'specversion');
  if (specversion === undefined) return attributeProblem(attributes, 'specversion', specversion);
  if (specversion !== '1.0') return malformed(`${attributes.prefix}specversion`, 'must be 1.0');

  const id = read(attributes, 'id');
  if (!isAttribute(id)) return attributeProblem(attributes, 'id', id);
  const source = read(attributes, 'source');
  if (!isAttribute(source)) return attributeProblem(attributes, 'source', source);
  const type = read(attributes, 'type');
  if (!isAttribute(type)) return attributeProblem(attributes, 'type', type);
  if (type !== topic) return wrongType(attributes, type, topic);

  const optional: Envelope['optional'] = {};
  for (const name of ['subject', 'dataschema'] as const) {
    const value = read(attributes, name);
    if (value === undefined) continue;
    if (!isAttribute(value)) return attributeProblem(attributes, name, value);
    optional[name] = value;
  }
  if (contract && optional.dataschema !== undefined && optional.dataschema !== contract.dataschema) {
    const detail = `${attributes.prefix}dataschema: must be ${contract.dataschema}, not ${optional.dataschema.slice(0, 100)}`;
    return { ok: false, code: 'unknown-version', detail };
  }
  // By the W3C's word a trace context that cannot be read is ignored, not an error.
  const { traceparent } = attributes;
  if (typeof traceparent === 'string' && TRACEPARENT.test(traceparent)) optional.traceparent = traceparent;

  const time = readTime(attributes);
  return time.ok ? { ok: true, id, source, time: time.at, optional } : time;
}

/** One event name a topic: another of our events is in the wrong place, a foreign one is none of our business. */
function wrongType({ prefix }: Attributes, type: string, topic: string): DecodeFailure {
  if (contractFor(type)) return malformed(`${prefix}type`, `is ${type}, but the topic is ${topic}`);
  return { ok: false, code: 'unknown-type', detail: `${prefix}type: is no event of ours; the topic is ${topic}` };
}

function readTime(attributes: Attributes): Readonly<{ ok: true; at: Date | undefined }> | DecodeFailure {
  const time = read(attributes, 'time');
  if (time === undefined) return { ok: true, at: undefined };
  if (typeof time !== 'string') return malformed(`${attributes.prefix}time`, 'must be a string');
  const result = readInstant(time);
  return result.ok ? { ok: true, at: new Date(result.instant) } : malformed(`${attributes.prefix}time`, result.reason);
}
