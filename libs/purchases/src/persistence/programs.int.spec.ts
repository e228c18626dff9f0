import { program, PurchaseTables } from './batches.features.js';
import { Programs } from './programs.js';

describe('programs', () => {
  let tables: PurchaseTables;
  beforeAll(async () => void (tables = await PurchaseTables.create()));
  afterEach(() => tables.clear());
  afterAll(() => tables.drop());

  it('are kept once a version; another content under its number is a conflict', async () => {
    const programs = new Programs();
    await tables.inTransaction(async (tx) => {
      expect(await programs.store(tx, program({ version: 2, inForceFrom: '2026-02-01T00:00:00.000Z' }))).toBe('new');
      expect(await programs.store(tx, program())).toBe('new');
      expect(await programs.store(tx, program())).toBe('duplicate');
      expect(await programs.store(tx, program({ rate: 5 }))).toBe('conflict');
    });

    const all = await tables.inTransaction((tx) => programs.all(tx, 1));
    expect(all).toEqual([program(), program({ version: 2, inForceFrom: '2026-02-01T00:00:00.000Z' })]);
  });

  it('are read once a basis', async () => {
    const programs = new Programs();
    const count = (basis: number): Promise<number> =>
      tables.inTransaction(async (tx) => (await programs.all(tx, basis)).length);

    expect(await count(0)).toBe(0);
    await tables.inTransaction((tx) => new Programs().store(tx, program()));
    expect(await count(0)).toBe(0);
    expect(await count(1)).toBe(1);
  });

  it('are not remembered from a transaction that may still roll back', async () => {
    const programs = new Programs();
    const undone = tables.inTransaction(async (tx) => {
      await programs.store(tx, program());
      expect(await programs.all(tx, 1)).toHaveLength(1);
      throw new Error('undone');
    });

    await expect(undone).rejects.toThrow('undone');
    expect(await tables.inTransaction((tx) => programs.all(tx, 1))).toEqual([]);
  });
});
