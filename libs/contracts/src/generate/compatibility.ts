import type { JsonSchema } from './schema-files.js';

/** JSON Schemas by file name; a version of an event is a file. */
export type SchemaFiles = ReadonlyMap<string, JsonSchema>;

/**
 * What forbids to publish the current schemas beside those last released, one line a reason; empty if nothing does. An event and its
 * fields stay, and optional fields may be added. All else breaks somebody: narrower refuses what old producers send and what the log
 * holds, wider sends what old consumers refuse.
 */
export function incompatibilities(released: SchemaFiles, current: SchemaFiles): string[] {
  return [...released].flatMap(([file, before]) => {
    const event = file.replace(/\.schema\.json$/, '');
    const after = current.get(file);
    if (!after) return [`${event}: the event was removed`];
    return differences(before, after, '').map(([path, problem]) => `${event}: ${path ? `${path} ` : ''}${problem}`);
  });
}

type Difference = readonly [path: string, problem: string];

/** What documents a schema and checks nothing. */
const ANNOTATIONS = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
]);

const LOWER_LIMITS = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']);
const UPPER_LIMITS = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']);

function differences(before: JsonSchema, after: JsonSchema, path: string): Difference[] {
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keywords]
    .filter((keyword) => !ANNOTATIONS.has(keyword))
    .flatMap((keyword) => ofKeyword(keyword, before, after, path));
}

function ofKeyword(keyword: string, before: JsonSchema, after: JsonSchema, path: string): Difference[] {
  const [was, is] = [before[keyword], after[keyword]];
  if (keyword === 'properties') return ofFields(before, after, path);
  if (keyword === 'required') return ofMandatory(before, after, path);
  if (JSON.stringify(was) === JSON.stringify(is)) return [];
  if (keyword === 'enum' && Array.isArray(was) && Array.isArray(is)) return ofEnum(was, is, path);
  if (keyword === 'items' && isSchema(was) && isSchema(is)) return differences(was, is, `${path}[]`);
  if (isSchema(was) && isSchema(is)) return differences(was, is, path);
  if (areSchemas(was) && areSchemas(is)) return ofAlternatives(keyword, was, is, path);
  return [[path, changed(keyword, was, is)]];
}

function ofAlternatives(
  keyword: string,
  were: readonly JsonSchema[],
  are: readonly JsonSchema[],
  path: string,
): Difference[] {
  if (were.length !== are.length)
    return [[path, `was changed: ${keyword} had ${were.length} parts, has ${are.length}`]];
  return were.flatMap((schema, index) => differences(schema, are[index] ?? {}, path));
}

const fieldPath = (path: string, field: string): string => (path ? `${path}.${field}` : field);

/** A part without a type lays conditions on fields described elsewhere: a field named there for the first time is not a new one. */
const isCondition = (schema: JsonSchema): boolean => schema['type'] === undefined;

function ofFields(before: JsonSchema, after: JsonSchema, path: string): Difference[] {
  const [were, are] = [asSchema(before['properties']), asSchema(after['properties'])];
  const kept = Object.entries(were).flatMap(([field, schema]): Difference[] => {
    const at = fieldPath(path, field);
    return field in are ? differences(asSchema(schema), asSchema(are[field]), at) : [[at, 'was removed']];
  });
  if (!isCondition(before)) return kept;
  const conditions = Object.keys(are).filter((field) => !(field in were));
  return [...kept, ...conditions.map((field): Difference => [fieldPath(path, field), 'was narrowed: by a condition'])];
}

function ofMandatory(before: JsonSchema, after: JsonSchema, path: string): Difference[] {
  const [were, are] = [asNames(before['required']), asNames(after['required'])];
  const [known, left] = [asSchema(before['properties']), asSchema(after['properties'])];
  const isNew = (field: string): boolean => !isCondition(before) && !(field in known);
  const isGone = (field: string): boolean => field in known && !(field in left);
  const come = are.filter((field) => !were.includes(field));
  const gone = were.filter((field) => !are.includes(field) && !isGone(field));
  return [
    ...come.map((field): Difference => {
      return [fieldPath(path, field), isNew(field) ? 'is new and mandatory' : 'was made mandatory'];
    }),
    ...gone.map((field): Difference => [fieldPath(path, field), 'is no longer mandatory']),
  ];
}

function ofEnum(were: readonly unknown[], are: readonly unknown[], path: string): Difference[] {
  const gone = were.filter((value) => !are.includes(value));
  const come = are.filter((value) => !were.includes(value));
  return [
    ...gone.map((value): Difference => [path, `no longer takes ${JSON.stringify(value)}`]),
    ...come.map((value): Difference => [path, `also takes ${JSON.stringify(value)}, which older consumers refuse`]),
  ];
}

function changed(keyword: string, was: unknown, is: unknown): string {
  const change = `${keyword} was ${JSON.stringify(was) ?? 'free'}, is ${JSON.stringify(is) ?? 'free'}`;
  if (keyword === 'type') return `was retyped: ${change}`;
  const direction = directionOf(keyword, was, is);
  return direction ? `was ${direction}: ${change}` : `was changed: ${change}`;
}

/** Undefined where it cannot be told, as with two patterns. */
function directionOf(keyword: string, was: unknown, is: unknown): 'narrowed' | 'widened' | undefined {
  if (was === undefined) return 'narrowed';
  if (is === undefined) return 'widened';
  if (typeof was !== 'number' || typeof is !== 'number') return undefined;
  if (LOWER_LIMITS.has(keyword)) return is > was ? 'narrowed' : 'widened';
  if (UPPER_LIMITS.has(keyword)) return is < was ? 'narrowed' : 'widened';
  return undefined;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areSchemas(value: unknown): value is readonly JsonSchema[] {
  return Array.isArray(value) && value.every(isSchema);
}

function asSchema(value: unknown): JsonSchema {
  return isSchema(value) ? value : {};
}

function asNames(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
