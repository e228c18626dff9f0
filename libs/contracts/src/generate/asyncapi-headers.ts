import type { EventContract } from '../define-event.js';

type Node = Readonly<Record<string, unknown>>;

const attribute = { type: 'string', minLength: 1, maxLength: 512 };

const headers = {
  type: 'object',
  properties: {
    ce_specversion: { type: 'string', const: '1.0', description: 'Version of CloudEvents' },
    ce_id: { ...attribute, description: 'Id of this message, unique for its source' },
    ce_source: { ...attribute, description: 'Who sends it, a URI reference like urn:tessera:ledger' },
    ce_type: { ...attribute, description: 'The event, equal to the topic' },
    ce_time: { type: 'string', format: 'date-time', description: 'When it happened, ISO 8601 with zone' },
    ce_subject: { ...attribute, description: 'The member concerned, if one is' },
    ce_dataschema: { ...attribute, description: 'Event and version of its contract, urn:tessera:<topic>:<version>' },
    'content-type': { type: 'string', description: 'Media type of the value' },
    traceparent: { type: 'string', description: 'Trace that it belongs to, as W3C Trace Context has it' },
  },
};

const MANDATORY = ['ce_specversion', 'ce_id', 'ce_source', 'ce_type'];

export const headersOfOurs: Node = {
  title: 'Headers of events that services publish',
  description: 'CloudEvents 1.0, Kafka protocol binding, binary mode.',
  ...headers,
  required: [...MANDATORY, 'ce_time', 'ce_dataschema', 'content-type'],
};

export const headersOfOutside: Node = {
  title: 'Headers of events from outside',
  description:
    'Binary mode has the mandatory attributes of CloudEvents. Structured mode has its content-type alone, bare JSON needs no header.',
  ...headers,
  dependencies: Object.fromEntries(
    Object.keys(headers.properties)
      .filter((header) => header.startsWith('ce_'))
      .map((header) => [header, MANDATORY.filter((mandatory) => mandatory !== header)]),
  ),
};

export function messageHeaders({ topic, dataschema, producer }: EventContract): Node {
  const shared = producer === 'collector' ? 'headersOfOutside' : 'headersOfOurs';
  return {
    allOf: [
      { $ref: `#/components/schemas/${shared}` },
      { type: 'object', properties: { ce_type: { const: topic }, ce_dataschema: { const: dataschema } } },
    ],
  };
}
