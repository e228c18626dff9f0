import { z } from 'zod';
import type { EventContract } from '../define-event.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Name of the file that holds the JSON Schema of an event, among those generated and those released. */
export function schemaFileName({ topic, version }: Pick<EventContract, 'topic' | 'version'>): string {
  return `${topic}.v${version}.schema.json`;
}

/** Describes what a producer may send ("input"): times in any zone are welcome, unknown fields allowed. */
export function jsonSchema({ schema, topic, dataschema, summary }: EventContract): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, $id: dataschema, title: topic, description: summary, ...rest };
}

/** The same in the dialect that AsyncAPI takes without a word on its format. */
export function payloadSchema({ schema, topic, summary }: EventContract): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return { title: topic, description: summary, ...rest };
}
