import { scratchDatabase } from '@tessera/platform-testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { bigintArray, byteaArray, textArray, timestamptzArray } from './arrays.js';
import { createDataSource } from './data-source.js';

describe('the columns of a batch', () => {
  let database: Awaited<ReturnType<typeof scratchDatabase>>;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await scratchDatabase();
    dataSource = await createDataSource({ url: database.url, name: 'test', migrations: [] }).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const stored = async (type: string, array: Buffer): Promise<unknown[]> => {
    const found: { value: unknown }[] = await dataSource.query(
      `SELECT value FROM unnest($1::${type}[]) WITH ORDINALITY AS u(value, place) ORDER BY place`,
      [array],
    );
    return found.map(({ value }) => value);
  };
  const some = <Value>(values: fc.Arbitrary<Value>) => fc.array(fc.option(values), { maxLength: 20 });

  it.each([
    ['text', textArray, some(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '"\\{},')))],
    ['bytea', byteaArray, some(fc.uint8Array().map((bytes) => Buffer.from(bytes)))],
    ['bigint', bigintArray, some(fc.maxSafeInteger())],
    [
      'timestamptz',
      timestamptzArray,
      some(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })),
    ],
  ] as const)('of %s arrive as they are, nulls and none at all included', async (type, arrayOf, values) => {
    await fc.assert(
      fc.asyncProperty(values as fc.Arbitrary<never[]>, async (column) => {
        expect(await stored(type, arrayOf(column))).toEqual(column);
      }),
      { numRuns: 50 },
    );
  });

  it('of bytea may be given as texts', async () => {
    expect(await stored('bytea', byteaArray(['grün', null]))).toEqual([Buffer.from('grün'), null]);
  });

  it('of timestamptz hold every year that an instant may have', async () => {
    const instants = [
      '0000-01-01T00:00:00.000Z',
      '0001-01-01T00:00:00.001Z',
      '1712-02-29T23:59:59.999Z',
      '9999-12-31T23:59:59.999Z',
    ];
    const found: { ms: number }[] = await dataSource.query(
      `SELECT (extract(epoch FROM value) * 1000)::bigint AS ms FROM unnest($1::timestamptz[]) WITH ORDINALITY AS u(value, place) ORDER BY place`,
      [timestamptzArray(instants.map((instant) => new Date(instant)))],
    );
    expect(found.map(({ ms }) => new Date(ms).toISOString())).toEqual(instants);
  });

  it('refuse what would arrive as something else', () => {
    expect(() => bigintArray([0.5])).toThrow('0.5 is not a safe integer');
    expect(() => bigintArray([2 ** 53])).toThrow(RangeError);
    expect(() => timestamptzArray([new Date(Number.NaN)])).toThrow('invalid date');
  });
});
