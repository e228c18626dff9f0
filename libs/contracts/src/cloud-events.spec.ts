import fc from 'fast-check';
import { contracts } from './catalogue.js';
import { decode, encode, type EncodedRecord } from './cloud-events.js';
import { defaultProgram, programPublished } from './events/program-published.js';
import { purchaseCreated, type PurchaseCreated } from './events/purchase-created.js';

const purchase: PurchaseCreated = {
  purchaseId: 'p-1',
  memberId: 'm-1',
  purchasedAt: '2026-03-01T09:30:00.000Z',
  currency: 'EUR',
  totalMinor: 1250,
};
const appendedAt = new Date('2026-03-01T09:31:00.000Z');
const time = new Date('2026-03-01T09:30:01.123Z');
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const attributes = { id: 'e-1', source: 'urn:tessera:collector', time, traceparent };

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

function record(change: Partial<EncodedRecord> = {}): EncodedRecord {
  const { key, value, headers } = encode(purchaseCreated, purchase, attributes);
  const at = { topic: 'purchase.created', partition: 3, offset: 17, appendedAt };
  return { ...at, key, value: bytes(value), headers, ...change };
}

const binary = (headers: Record<string, string | undefined>) =>
  record({ headers: { ...record().headers, ...headers } });

const event = { specversion: '1.0', id: 'e-1', source: '/till/7', type: 'purchase.created', data: purchase };
const structured = (change: object) =>
  record({ value: bytes({ ...event, ...change }), headers: { 'content-type': 'application/cloudevents+json' } });

describe('encode', () => {
  it('writes binary mode', () => {
    expect(encode(purchaseCreated, purchase, attributes)).toEqual({
      key: 'm-1',
      value: JSON.stringify(purchase),
      headers: {
        ce_specversion: '1.0',
        ce_id: 'e-1',
        ce_type: 'purchase.created',
        ce_source: 'urn:tessera:collector',
        ce_time: '2026-03-01T09:30:01.123Z',
        ce_subject: 'm-1',
        ce_dataschema: 'urn:tessera:purchase.created:1',
        'content-type': 'application/json',
        traceparent,
      },
    });
  });

  it('has a subject only where a member is concerned', () => {
    const { key, headers } = encode(programPublished, defaultProgram('EUR'), { id: '1', source: 's', time });

    expect(key).toBe('program');
    expect(headers).not.toHaveProperty('ce_subject');
    expect(headers).not.toHaveProperty('traceparent');
  });
});

describe('decode', () => {
  const whole = { id: 'e-1', type: 'purchase.created', source: 'urn:tessera:collector', time, data: purchase };

  it('reads what encode wrote', () => {
    const dataschema = 'urn:tessera:purchase.created:1';
    expect(decode(record())).toEqual({ ok: true, event: { ...whole, subject: 'm-1', dataschema, traceparent } });
  });

  it('gives back any data, by binary and by structured mode', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 60 })
      .filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));
    const at = fc.date({ min: new Date(0), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(name, name, at, fc.nat(), (id, purchaseId, moment, totalMinor) => {
        const data = { ...purchase, purchaseId, totalMinor, purchasedAt: moment.toISOString() };
        const { headers, value, key } = encode(purchaseCreated, data, { id, source: 'urn:x', time: moment });
        const expected = { ok: true, event: { id, type: 'purchase.created', source: 'urn:x', time: moment, data } };

        expect(decode(record({ headers, key, value: bytes(value) }))).toMatchObject(expected);
        expect(decode(structured({ id, source: 'urn:x', time: moment.toISOString(), data }))).toMatchObject(expected);
      }),
    );
  });

  it.each([
    ['the parameters of a content type', binary({ 'content-type': 'application/json; charset=utf-8' })],
    ['no content type', binary({ 'content-type': undefined })],
    ['a byte order mark', record({ value: bytes(`\ufeff${JSON.stringify(purchase)}`) })],
    ['no dataschema, as older senders have it', binary({ ce_dataschema: undefined })],
  ])('takes %s', (_, encoded) => {
    expect(decode(encoded)).toMatchObject({ ok: true, event: whole });
  });

  it.each([
    ['structured mode', structured({ time: '2026-03-01T10:30:01.123456+01:00', subject: null })],
    ['structured mode without its header', { ...structured({ time: time.toISOString() }), headers: {} }],
    ['a data content type', structured({ time: time.toISOString(), datacontenttype: 'application/json' })],
  ])('takes %s', (_, encoded) => {
    expect(decode(encoded)).toEqual({ ok: true, event: { ...whole, source: '/till/7' } });
  });

  it('dates an event without time by the log', () => {
    expect(decode(structured({}))).toMatchObject({ ok: true, event: { time: appendedAt } });
  });

  it('drops a trace context that cannot be read', () => {
    expect(decode(binary({ traceparent: 'zz' }))).toMatchObject({ ok: true });
    expect(decode(binary({ traceparent: 'zz' }))).not.toHaveProperty('event.traceparent');
    expect(decode(structured({ traceparent }))).toMatchObject({ ok: true, event: { traceparent } });
  });

  it('takes bare JSON from outside, known by its place on the log', () => {
    const id = 'purchase.created/3/17';
    const expected = { id, type: 'purchase.created', source: 'urn:tessera:bare', time: appendedAt, data: purchase };

    expect(decode(record({ headers: {} }))).toEqual({ ok: true, event: expected });
    expect(decode(record({ headers: { 'content-type': 'application/json' } }))).toEqual({ ok: true, event: expected });
  });

  it('takes no bare JSON on a topic of our own', () => {
    expect(decode(record({ topic: 'tier.changed', headers: {} }))).toEqual({
      ok: false,
      code: 'malformed',
      detail: 'ce_specversion: is missing; only events from outside may be bare JSON',
    });
  });

  it.each([
    [record({ value: null }), 'value: is null, but the event has no tombstones'],
    [record({ value: bytes('') }), 'value: is not JSON'],
    [record({ value: bytes('{"a":') }), 'value: is not JSON'],
    [record({ value: Uint8Array.of(0x22, 0xff, 0x22) }), 'value: is not UTF-8'],
    [
      binary({ 'content-type': 'application/avro' }),
      'content-type: must be application/json or application/cloudevents+json',
    ],
    [
      binary({ 'content-type': 'application/cloudevents-batch+json' }),
      'content-type: must be application/json or application/cloudevents+json',
    ],
    [binary({ ce_specversion: undefined }), 'ce_specversion: is missing'],
    [binary({ ce_specversion: '0.3' }), 'ce_specversion: must be 1.0'],
    [binary({ ce_id: undefined }), 'ce_id: is missing'],
    [binary({ ce_id: '' }), 'ce_id: must be a string of 1 to 512 characters without control characters'],
    [binary({ ce_id: 'a\u0000' }), 'ce_id: must be a string of 1 to 512 characters without control characters'],
    [binary({ ce_source: undefined }), 'ce_source: is missing'],
    [binary({ ce_type: undefined }), 'ce_type: is missing'],
    [binary({ ce_type: 'purchase.refunded' }), 'ce_type: is purchase.refunded, but the topic is purchase.created'],
    [binary({ ce_time: 'noon' }), 'ce_time: must be an ISO 8601 date and time with a zone, like 2026-03-01T09:30:00Z'],
    [binary({ ce_subject: '' }), 'ce_subject: must be a string of 1 to 512 characters without control characters'],
    [structured({ id: undefined }), 'id: is missing'],
    [structured({ id: 7 }), 'id: must be a string of 1 to 512 characters without control characters'],
    [structured({ specversion: 1 }), 'specversion: must be 1.0'],
    [structured({ time: 7 }), 'time: must be a string'],
    [structured({ time: '2026-02-30T00:00:00Z' }), 'time: is a date or time that does not exist'],
    [structured({ data: undefined }), 'data: is missing'],
    [structured({ data: undefined, data_base64: 'e30=' }), 'data: must be JSON; data_base64 is not read'],
    [structured({ datacontenttype: 'text/xml' }), 'datacontenttype: must be application/json'],
    [{ ...structured({}), value: bytes([event]) }, 'value: must be a JSON object, as structured mode has it'],
  ])('refuses case %#', (encoded, detail) => {
    expect(decode(encoded)).toEqual({ ok: false, code: 'malformed', detail });
  });

  it.each([
    [binary({ ce_dataschema: 'urn:tessera:purchase.created:2' }), 'ce_dataschema'],
    [structured({ dataschema: 'https://shop.example/purchase.json' }), 'dataschema'],
  ])('tells an unknown version apart: case %#', (encoded, field) => {
    const decoded = decode(encoded);

    expect(decoded).toMatchObject({ ok: false, code: 'unknown-version' });
    expect(decoded).toHaveProperty(
      'detail',
      expect.stringContaining(`${field}: must be urn:tessera:purchase.created:1`),
    );
  });

  it('tells a tombstone apart, of an event that has such', () => {
    const decoded = decode(record({ topic: 'member.contact-changed', value: null, headers: {} }));
    expect(decoded).toEqual({
      ok: false,
      code: 'tombstone',
      detail: 'value: is null, so what was under this key is erased',
    });
  });

  it('tells an unknown type apart', () => {
    expect(decode(binary({ ce_type: 'purchase.voided' }))).toMatchObject({ ok: false, code: 'unknown-type' });
  });

  it('goes by a contract that is not in the catalogue, if it is given one', () => {
    const probe = { ...purchaseCreated, topic: 'probe.taken', dataschema: 'urn:tessera:probe.taken:1' };
    const { key, value, headers } = encode(probe, purchase, attributes);

    expect(decode(record({ topic: 'probe.taken', key, value: bytes(value), headers }), probe)).toMatchObject({
      ok: true,
    });
    expect(decode(record({ topic: 'probe.taken', headers: {} }), probe)).toMatchObject({ ok: true });
  });

  it('never throws', () => {
    const anyTopic = fc.constantFrom(...contracts.map(({ topic }) => topic), 'nobody.knows');
    const header = fc.constantFrom(
      'ce_specversion',
      'ce_id',
      'ce_type',
      'ce_source',
      'ce_time',
      'ce_subject',
      'ce_dataschema',
      'content-type',
      'traceparent',
    );
    const text = fc.oneof(fc.string(), fc.constantFrom('1.0', 'application/cloudevents+json', 'purchase.created'));
    const value = fc.oneof(
      fc.uint8Array(),
      fc.json().map(bytes),
      fc
        .record({ specversion: text, id: fc.jsonValue(), type: text, data: fc.jsonValue() }, { requiredKeys: [] })
        .map(bytes),
      fc.constant(null),
    );
    fc.assert(
      fc.property(anyTopic, fc.dictionary(header, text), value, (topic, headers, encoded) => {
        const decoded = decode({ topic, headers, value: encoded, appendedAt, partition: 0, offset: 0 });
        return decoded.ok ? decoded.event.type === topic : decoded.detail.includes(': ');
      }),
      { numRuns: 1_000 },
    );
  });
});
