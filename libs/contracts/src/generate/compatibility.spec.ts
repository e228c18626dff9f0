import { join } from 'node:path';
import { z } from 'zod';
import { incompatibilities } from './compatibility.js';
import { compatible, incompatible, released } from './fixtures/contract-changes.js';
import { readReleased } from './released.js';
import { currentSchemas } from './render.js';
import type { JsonSchema } from './schema-files.js';

const file = (schema: z.ZodType) =>
  new Map([['made.up.v1.schema.json', z.toJSONSchema(schema, { io: 'input' }) as JsonSchema]]);
const lastRelease = () => readReleased(join(import.meta.dirname, '../../released'));

type Node = { properties?: Record<string, Node>; required?: string[]; items?: Node; oneOf?: Node[]; type?: unknown };

/** Every object below a schema that has fields, as places in a copy that a test may spoil. */
function objects(node: Node): Node[] {
  const below = [...Object.values(node.properties ?? {}), ...(node.items ? [node.items] : []), ...(node.oneOf ?? [])];
  return [...(node.properties ? [node] : []), ...below.flatMap(objects)];
}

describe('compatibility with the last release', () => {
  it('is kept', async () => {
    expect(incompatibilities(await lastRelease(), currentSchemas())).toEqual([]);
  });

  it.each(incompatible)('forbids %s', (_, now, problems) => {
    const expected = problems.map((problem) => `made.up.v1: ${problem}`);
    expect(incompatibilities(file(released), file(now)).sort()).toEqual(expected.sort());
  });

  it.each(compatible)('allows %s', (_, now) => {
    expect(incompatibilities(file(released), file(now))).toEqual([]);
  });

  it('forbids that an event goes, or takes a new version in the place of the old, and allows a new one', () => {
    const next = new Map([['made.up.v2.schema.json', {}]]);
    expect(incompatibilities(file(released), new Map())).toEqual(['made.up.v1: the event was removed']);
    expect(incompatibilities(file(released), next)).toEqual(['made.up.v1: the event was removed']);
    expect(incompatibilities(file(released), new Map([...file(released), ...next]))).toEqual([]);
  });

  it('sees each field of each released event removed, retyped, made mandatory or optional', async () => {
    const files = await lastRelease();
    let spoiled = 0;
    for (const [name, schema] of files) {
      const whole = (): Node => structuredClone(schema) as Node;
      const complaints = (now: Node): string[] =>
        incompatibilities(new Map([[name, schema]]), new Map([[name, now as JsonSchema]]));
      objects(whole()).forEach(({ properties = {}, required = [] }, at) => {
        for (const field of Object.keys(properties)) {
          const [removed, retyped, turned] = [whole(), whole(), whole()];
          delete objects(removed)[at]?.properties?.[field];
          Object.assign(objects(retyped)[at]?.properties?.[field] ?? {}, { type: 'object' });
          const others = required.filter((each) => each !== field);
          Object.assign(objects(turned)[at] ?? {}, {
            required: others.length < required.length ? others : [...required, field],
          });

          expect([name, field, complaints(removed)]).toEqual([name, field, [expect.stringContaining(' was removed')]]);
          expect([name, field, complaints(retyped).join()]).toEqual([name, field, expect.stringContaining('retyped')]);
          expect([name, field, complaints(turned)]).toEqual([name, field, [expect.stringContaining('mandatory')]]);
          spoiled += 1;
        }
      });
    }
    expect(spoiled).toBeGreaterThan(60);
  });

  it('is never checked against nothing', async () => {
    await expect(readReleased(import.meta.dirname)).rejects.toThrow('holds no schemas');
  });
});
