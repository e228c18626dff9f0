import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { Headers, LogRecord, NewRecord } from '../log.js';

/** Headers go out as bytes, so that no client guesses an encoding. */
export function toMessage({ key, value, headers }: NewRecord): Message {
  const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]);
  return { key: key === null ? null : Buffer.from(key), value, headers: Object.fromEntries(bytes) as IHeaders };
}

export function toRecord(topic: string, partition: number, message: KafkaMessage): LogRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key === null || message.key === undefined ? null : message.key.toString(),
    value: message.value ?? null,
    headers: toHeaders(message.headers ?? {}),
    appendedAt: new Date(Number(message.timestamp)),
  };
}

/** Kafka allows a header more than once, and without a value: the last one counts, none is empty. */
function toHeaders(headers: IHeaders): Headers {
  const texts: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    texts[name] = last?.toString() ?? '';
  }
  return texts;
}

/** Roughly what a record takes on the wire before compression. */
export function sizeOf({ key, value, headers }: NewRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0) + 20;
  for (const [name, text] of Object.entries(headers)) bytes += name.length + text.length + 4;
  return bytes;
}
