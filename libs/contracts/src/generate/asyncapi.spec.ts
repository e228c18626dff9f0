import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import asyncApiSpecs from '@asyncapi/specs';
import { Ajv, type AnySchema, type Options } from 'ajv';
import formats from 'ajv-formats';
import { consumersOf, contracts } from '../catalogue.js';
import { encode } from '../cloud-events.js';
import { asyncApi, CONTRACTS_VERSION } from './asyncapi.js';

type Node = Readonly<Record<string, unknown>>;
type Golden = { topic: string; key: string; headers: Record<string, string>; value: unknown };

const root = join(import.meta.dirname, '../..');
const document = asyncApi();
const golden = readdirSync(join(root, 'golden')).map(
  (file) => JSON.parse(readFileSync(join(root, 'golden', file), 'utf8')) as Golden,
);

/** What a pointer like #/channels/x names in the document; throws where there is nothing. */
function at(pointer: string): Node {
  let node: unknown = document;
  for (const step of pointer.replace(/^#\//, '').split('/'))
    node = (node as Record<string, unknown> | undefined)?.[step];
  if (typeof node !== 'object' || node === null) throw new Error(`${pointer} names nothing`);
  return node as Node;
}

function references(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === '$ref' ? [String(value)] : references(value)));
}

const ajv = (options: Options = {}) => formats.default(new Ajv({ strict: false, allErrors: true, ...options }));

describe('the AsyncAPI document', () => {
  it('keeps to the official schema of AsyncAPI 3', () => {
    // It brings its own copy of JSON Schema, under the name of the one that ajv has built in.
    const validate = ajv({ meta: false, validateSchema: false }).compile(asyncApiSpecs.schemas['3.0.0'] as AnySchema);

    expect([validate(document), validate.errors]).toEqual([true, null]);
    expect(validate({ ...document, operations: { x: { action: 'shout', channel: { $ref: '#/channels/x' } } } })).toBe(
      false,
    );
  });

  it('names nothing that it does not have', () => {
    const found = references(document);
    expect(found.length).toBeGreaterThan(contracts.length * 5);
    for (const pointer of found) expect(at(pointer)).toBeDefined();
  });

  it('has a channel an event, and an operation for who sends and each who receives', () => {
    expect(Object.keys(at('#/channels'))).toEqual(contracts.map(({ topic }) => topic));
    const expected = contracts.flatMap(({ topic, producer }) => [
      `${producer}.sends.${topic}`,
      ...consumersOf(topic).map((service) => `${service}.receives.${topic}`),
    ]);
    expect(Object.keys(at('#/operations'))).toEqual(expected);
    expect(at('#/channels/tier.changed/bindings/kafka')).toMatchObject({
      topicConfiguration: { 'cleanup.policy': ['compact'], 'retention.ms': -1 },
    });
    expect(at('#/channels/behavior.recorded/bindings/kafka')).toMatchObject({
      topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': 8_640_000_000 },
    });
  });

  it('has tombstones where contracts do', () => {
    expect(Object.keys(at('#/components/messages')).filter((name) => name.endsWith('.tombstone'))).toEqual([
      'member.contact-changed.tombstone',
    ]);
    expect(at('#/components/messages/program.published/bindings/kafka/key')).toEqual({
      type: 'string',
      const: 'program',
    });
  });

  const validates = (pointer: string, data: unknown): unknown => {
    const checker = ajv();
    checker.addSchema({ ...document, $id: 'https://tessera.test/asyncapi' });
    const validate = checker.compile({ $ref: `https://tessera.test/asyncapi${pointer}` });
    return validate(data) || validate.errors;
  };

  it.each(golden)('describes the golden message of $topic', ({ topic, headers, value }) => {
    expect(validates(`#/components/messages/${topic}/payload`, value)).toBe(true);
    expect(validates(`#/components/messages/${topic}/headers`, headers)).toBe(true);
    expect(validates(`#/components/messages/${topic}/payload`, {})).not.toBe(true);
    expect(validates(`#/components/messages/${topic}/headers`, { ...headers, ce_type: 'x' })).not.toBe(true);
  });

  it('describes the headers that encode writes, and bare JSON from outside', () => {
    const attributes = { id: '1', source: 'urn:x', time: new Date(0) };
    for (const contract of contracts) {
      const { headers } = encode(contract, {}, attributes);
      expect(validates(`#/components/messages/${contract.topic}/headers`, headers)).toBe(true);
      const isOutside = contract.producer === 'collector';
      expect([contract.topic, validates(`#/components/messages/${contract.topic}/headers`, {}) === true]).toEqual([
        contract.topic,
        isOutside,
      ]);
    }
    expect(validates('#/components/messages/purchase.created/headers', { ce_id: '1' })).not.toBe(true);
  });

  it('refuses what the contracts refuse, where JSON Schema can say it', () => {
    const at_ = '2026-03-01T09:30:00Z';
    const behavior = '#/components/messages/behavior.recorded/payload';
    const item = '#/components/messages/catalog.item-changed/payload';
    const article = { sku: 'a', version: 1, name: 'A', inStock: true, changedAt: at_ };
    expect(validates(behavior, { memberId: 'm', kind: 'view', sku: 'a', occurredAt: at_ })).toBe(true);
    expect(validates(behavior, { memberId: 'm', kind: 'view', occurredAt: at_ })).not.toBe(true);
    expect(validates(behavior, { memberId: 'm', kind: 'search', sku: 'a', occurredAt: at_ })).not.toBe(true);
    expect(validates(item, article)).toBe(true);
    expect(validates(item, { ...article, priceMinor: 1 })).not.toBe(true);
  });

  it('bears the version of the changelog', () => {
    const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    expect(/^## (\S+)/m.exec(changelog)?.[1]).toBe(CONTRACTS_VERSION);
  });
});
