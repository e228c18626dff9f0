import { z } from 'zod';
import { RequestInvalid } from './errors.js';
import { pathText, ValidationPipe } from './validation.pipe.js';

const schema = z.object({ lines: z.array(z.object({ quantity: z.int() })), note: z.string().trim() });

const issuesOf = async (value: unknown, data?: string, as: z.ZodType = schema) => {
  const error: unknown = await new ValidationPipe()
    .transform(value, { type: 'body', schema: as, data })
    .catch((thrown: unknown) => thrown);
  if (error instanceof RequestInvalid) return error.issues;
  throw error;
};

describe('ValidationPipe', () => {
  it('hands on what the schema made of the value', async () => {
    const value = { lines: [], note: ' a ', extra: 1 };
    expect(await new ValidationPipe().transform(value, { type: 'body', schema })).toEqual({ lines: [], note: 'a' });
  });

  it('lists every issue with its path', async () => {
    const issues = await issuesOf({ lines: [{ quantity: 1 }, { quantity: 'two' }] });
    expect(issues.map(({ path }) => path)).toEqual(['lines[1].quantity', 'note']);
  });

  it.each([undefined, null, 'text', 7, []])('names the whole when %p comes instead of an object', async (value) => {
    expect((await issuesOf(value)).map(({ path }) => path)).toEqual(['']);
  });

  it('names the parameter that is wrong', async () => {
    expect((await issuesOf('x', 'id', z.uuid())).map(({ path }) => path)).toEqual(['id']);
    expect((await issuesOf({ lines: [{}], note: '' }, 'body')).map(({ path }) => path)).toEqual([
      'body.lines[0].quantity',
    ]);
    expect((await issuesOf(['x'], 'ids', z.array(z.int()))).map(({ path }) => path)).toEqual(['ids[0]']);
  });

  it('does not answer a thousand wrong items with a thousand lines', async () => {
    expect(await issuesOf({ lines: Array.from({ length: 2_000 }, () => ({})), note: '' })).toHaveLength(500);
  });
});

describe('pathText', () => {
  it('reads like code', () => {
    expect(pathText(['a', 0, 'b', { key: 'c' }])).toBe('a[0].b.c');
    expect(pathText([0, 'a'])).toBe('[0].a');
    expect(pathText([])).toBe('');
  });
});
