import { consumersOf, contracts, topicSpecs } from '../catalogue.js';
import type { EventContract, ServiceName } from '../define-event.js';
import { headersOfOurs, headersOfOutside, messageHeaders } from './asyncapi-headers.js';
import { keyField } from './fields-of.js';
import { payloadSchema, schemaFileName } from './schema-files.js';

/** Version of the contracts, as the first heading of CHANGELOG.md has it. */
export const CONTRACTS_VERSION = '1.1.0';

type Node = Readonly<Record<string, unknown>>;

const BINDING = { bindingVersion: '0.5.0' };

/** The AsyncAPI 3 document: a channel a topic, and for each service what it sends and receives. */
export function asyncApi(): Node {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tessera events',
      version: CONTRACTS_VERSION,
      description: [
        'Every event that goes over the log, generated from libs/contracts by `npm run generate`.',
        'Messages are CloudEvents 1.0 in binary mode. From outside, structured mode (application/cloudevents+json) and bare JSON are read too.',
        'Where a deployment sets TESSERA_NAMESPACE, it prefixes all topics and consumer groups.',
        'What a service cannot take goes to the topic <topic>.dlq.<service>.',
      ].join('\n\n'),
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      log: {
        host: '{brokers}',
        protocol: 'kafka',
        description: "The deployment's Apache Kafka.",
        variables: { brokers: { default: 'localhost:9092', description: 'Host and port of any of its brokers' } },
      },
    },
    channels: Object.fromEntries(contracts.map((contract) => [contract.topic, channel(contract)])),
    operations: Object.fromEntries(contracts.flatMap(operations)),
    components: {
      messages: Object.fromEntries(contracts.flatMap(messages)),
      schemas: {
        headersOfOurs,
        headersOfOutside,
        ...Object.fromEntries(contracts.map((contract) => [contract.topic, payloadSchema(contract)])),
      },
    },
  };
}

const reference = (...path: string[]): Node => ({ $ref: `#/${path.join('/')}` });

/** Names of the messages on a topic: the event, and where its contract has such, the null value that erases it. */
function messageNames({ topic, tombstone }: EventContract): string[] {
  return tombstone === 'erases' ? [topic, `${topic}.tombstone`] : [topic];
}

function channel(contract: EventContract): Node {
  const spec = topicSpecs({ partitions: 1 }).find(({ topic }) => topic === contract.topic);
  const names = messageNames(contract);
  return {
    address: contract.topic,
    summary: contract.summary,
    servers: [reference('servers', 'log')],
    messages: Object.fromEntries(names.map((name) => [name, reference('components', 'messages', name)])),
    bindings: {
      kafka: {
        topicConfiguration: { 'cleanup.policy': [spec?.cleanup], 'retention.ms': spec?.retentionMs ?? -1 },
        ...BINDING,
      },
    },
  };
}

function operations(contract: EventContract): [string, Node][] {
  const { topic, producer } = contract;
  const on = {
    channel: reference('channels', topic),
    messages: messageNames(contract).map((name) => reference('channels', topic, 'messages', name)),
  };
  const sender = producer === 'collector' ? 'The collector, and whoever sends from outside,' : producer;
  const sends = { action: 'send', summary: `${sender} sends ${topic}.`, tags: [{ name: producer }], ...on };
  return [
    [`${producer}.sends.${topic}`, sends],
    ...consumersOf(topic).map((service): [string, Node] => [
      `${service}.receives.${topic}`,
      receives(service, topic, on),
    ]),
  ];
}

function receives(service: ServiceName, topic: string, on: Node): Node {
  return {
    action: 'receive',
    summary: `${service} receives ${topic}.`,
    tags: [{ name: service }],
    ...on,
    bindings: { kafka: { groupId: { type: 'string', const: service }, ...BINDING } },
  };
}

function messages(contract: EventContract): [string, Node][] {
  const { topic, summary, dataschema } = contract;
  const key = messageKey(contract);
  const event = {
    name: topic,
    title: topic,
    summary,
    contentType: 'application/json',
    headers: messageHeaders(contract),
    payload: reference('components', 'schemas', topic),
    bindings: { kafka: { key, ...BINDING } },
    'x-dataschema': dataschema,
    'x-json-schema': schemaFileName(contract),
  };
  const tombstone = {
    name: `${topic}.tombstone`,
    title: `${topic}, erased`,
    summary: 'A null value: what was under this key is erased, and the log drops what it holds of it.',
    payload: { type: 'null' },
    bindings: { kafka: { key, ...BINDING } },
  };
  return [[topic, event], ...(contract.tombstone === 'erases' ? [[tombstone.name, tombstone] as [string, Node]] : [])];
}

function messageKey(contract: EventContract): Node {
  const { field, fixed } = keyField(contract);
  return fixed === undefined
    ? { type: 'string', description: `${field} of the data` }
    : { type: 'string', const: fixed };
}
