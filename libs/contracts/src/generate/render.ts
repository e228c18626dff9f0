import { z } from 'zod';
import { consumersOf, contracts, deadLetterDays } from '../catalogue.js';
import type { EventContract, Keep } from '../define-event.js';

export const SCHEMA_FOLDER = 'libs/contracts/schemas';
export const EVENT_MAP = 'docs/event-map.md';

/** What is generated from the contracts: text by path from the root of the repository. The same contracts give the same bytes. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const schemas = contracts.map((contract): [string, string] => [
    `${SCHEMA_FOLDER}/${contract.topic}.v${contract.version}.schema.json`,
    schemaFile(contract),
  ]);
  return new Map([...schemas, [EVENT_MAP, eventMap()]]);
}

/** Describes what a producer may send ("input"): times in any zone are welcome, unknown fields allowed. */
function schemaFile({ schema, topic, dataschema, summary }: EventContract): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  const document = { $schema, $id: dataschema, title: topic, description: summary, ...rest };
  return `${JSON.stringify(document, null, 2)}\n`;
}

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
- JSON Schemas: [\`${SCHEMA_FOLDER}\`](../${SCHEMA_FOLDER}).
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

/** Stands in for data: each field is its own name, so that a key function tells which fields it takes. */
const fieldNames: unknown = new Proxy({}, { get: (_, field) => `\`${String(field)}\`` });

function identityOf({ identity, key }: EventContract): string {
  if (identity.kind === 'signal') return 'signal: (source, id)';
  const of = identity.of(fieldNames);
  return identity.kind === 'fact' ? `fact: (${key(fieldNames)}, ${of})` : `state of ${of}: (epoch, sequence)`;
}

function keepOf(keep: Keep): string {
  if (keep === 'forever') return 'for ever';
  return keep === 'compacted' ? 'compacted: the last of each key' : `${keep.days} days`;
}
