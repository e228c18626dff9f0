import { consumersOf, contracts, deadLetterDays } from '../catalogue.js';
import type { EventContract, Keep } from '../define-event.js';
import { asyncApi } from './asyncapi.js';
import type { SchemaFiles } from './compatibility.js';
import { fieldNames } from './fields-of.js';
import { jsonSchema, schemaFileName } from './schema-files.js';

export const SCHEMA_FOLDER = 'libs/contracts/schemas';
export const ASYNC_API = `${SCHEMA_FOLDER}/asyncapi.json`;
export const EVENT_MAP = 'docs/event-map.md';

/** What is generated from the contracts: text by path from the root of the repository. The same contracts give the same bytes. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const schemas = contracts.map((contract): [string, string] => [
    `${SCHEMA_FOLDER}/${schemaFileName(contract)}`,
    json(jsonSchema(contract)),
  ]);
  return new Map([...schemas, [ASYNC_API, json(asyncApi())], [EVENT_MAP, eventMap()]]);
}

/** The JSON Schema of each event, by file name. */
export function currentSchemas(): SchemaFiles {
  return new Map(contracts.map((contract) => [schemaFileName(contract), jsonSchema(contract)]));
}

const json = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

function eventMap(): string {
  return `# Event map

Generated from \`libs/contracts\` by \`npm run generate\`; do not edit.

| topic | says | key | version | producer | consumers | identity | kept |
| --- | --- | --- | --- | --- | --- | --- | --- |
${contracts.map(row).join('\n')}

- Producer \`collector\` stands for all who send from outside, over HTTP or straight to Kafka.
- A *fact* is unique for ever by its key and own number. A *state* is the whole state of its key; the higher (epoch, sequence) wins.
  A *signal* is known by the source and id of its message, within a window.
- What a consumer cannot take goes to \`<topic>.dlq.<consumer>\`, kept ${deadLetterDays} days.
- JSON Schemas: [\`${SCHEMA_FOLDER}\`](../${SCHEMA_FOLDER}); as one AsyncAPI 3 document: [\`asyncapi.json\`](../${ASYNC_API}).
`;
}

function row(contract: EventContract): string {
  const { topic, summary, version, producer, keep, tombstone } = contract;
  const cells = [
    `\`${topic}\``,
    summary,
    contract.key(fieldNames),
    version,
    producer,
    consumersOf(topic).join(', ') || '-',
    identityOf(contract),
    tombstone === 'erases' ? `${keepOf(keep)}; a null value erases it` : keepOf(keep),
  ];
  return `| ${cells.join(' | ')} |`;
}

function identityOf({ identity, key }: EventContract): string {
  if (identity.kind === 'signal') return 'signal: (source, id)';
  const of = identity.of(fieldNames);
  return identity.kind === 'fact' ? `fact: (${key(fieldNames)}, ${of})` : `state of ${of}: (epoch, sequence)`;
}

function keepOf(keep: Keep): string {
  if (keep === 'forever') return 'for ever';
  return keep === 'compacted' ? 'compacted: the last of each key' : `${keep.days} days`;
}
