import { memberContactChanged, type MemberRegistered, memberRegistered } from '@tessera/contracts';
import { rows, type Transaction } from '@tessera/platform-database';
import { InvalidOwnEvent, OutboxSequenceBroken, SubjectNotSettled } from './errors.js';
import { Outbox } from './outbox.js';
import { Subjects } from './subjects.js';
import { type MessagingDatabase, messagingDatabase } from './fixtures/messaging-database.js';

describe('the outbox', () => {
  let database: MessagingDatabase;
  const outbox = new Outbox('urn:tessera:membership');
  const subjects = new Subjects();

  beforeAll(async () => {
    database = await messagingDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => rows(database.dataSource.manager, 'TRUNCATE outbox, subjects'));

  const registered = (memberId: string, version: { epoch: number; sequence: number }): MemberRegistered => ({
    memberId,
    registeredAt: '2026-01-01T00:00:00.000Z',
    ...version,
  });
  const inTransaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => database.dataSource.transaction(work);
  const written = (): Promise<{ key: string; value: string }[]> =>
    rows(database.dataSource.manager, `SELECT key, convert_from(value, 'UTF8') AS value FROM outbox ORDER BY position`);
  const standings = (tx: Transaction): Promise<{ subject: string; sequence: number; due_at: Date | null }[]> =>
    rows(tx, 'SELECT subject, sequence, due_at FROM subjects ORDER BY subject');

  it('writes what is to be said in the transaction of the change, or not at all', async () => {
    const rolledBack = inTransaction(async (tx) => {
      const locked = await subjects.lock(tx, ['m1']);
      await outbox.add(tx, memberRegistered, [registered('m1', locked.next('m1'))]);
      throw new Error('the change did not happen');
    });

    await expect(rolledBack).rejects.toThrow('did not happen');
    expect(await written()).toEqual([]);
  });

  it("numbers a member's events without a gap, over transactions and within one", async () => {
    for (const count of [1, 2]) {
      await inTransaction(async (tx) => {
        const locked = await subjects.lock(tx, ['m1', 'm2']);
        const events = Array.from({ length: count }, () => registered('m1', locked.next('m1')));
        await outbox.add(tx, memberRegistered, [...events, registered('m2', locked.next('m2'))]);
      });
    }

    const sequences = (await written()).map(
      ({ key, value }) => `${key}:${(JSON.parse(value) as MemberRegistered).sequence}`,
    );
    expect(sequences).toEqual(['m1:1', 'm2:1', 'm1:2', 'm1:3', 'm2:2']);
  });

  it.each([
    ['repeats a number', 0],
    ['leaves a gap', 2],
  ])('refuses an event that %s', async (_, sequence) => {
    await expect(
      inTransaction(async (tx) => {
        const { epoch } = await subjects.lock(tx, ['m1']);
        await outbox.add(tx, memberRegistered, [registered('m1', { epoch, sequence })]);
      }),
    ).rejects.toThrow(OutboxSequenceBroken);
  });

  it('settles those whose number it moves in the same step, and leaves the others to be settled', async () => {
    const due = new Date('2999-01-01T00:00:00Z');
    const dueAt = new Map([
      ['m1', due],
      ['m2', due],
    ]);
    await inTransaction(async (tx) => {
      const locked = await subjects.lock(tx, ['m1', 'm2', 'm3']);
      const events = ['m1', 'm3'].map((id) => registered(id, locked.next(id)));
      await outbox.add(tx, memberRegistered, events, locked.settling(dueAt, ['m1', 'm3']));
      expect(await standings(tx)).toEqual([
        { subject: 'm1', sequence: 1, due_at: due },
        { subject: 'm2', sequence: 0, due_at: null },
        { subject: 'm3', sequence: 1, due_at: null },
      ]);

      await locked.settle(dueAt.set('m3', due));
    });

    expect((await standings(database.dataSource.manager)).map(({ due_at }) => due_at)).toEqual([due, due, due]);
  });

  it('settles nobody for a time that has passed', async () => {
    await inTransaction(async (tx) => {
      const locked = await subjects.lock(tx, ['m1']);
      expect(() => locked.settling(new Map([['m1', locked.now]]), ['m1'])).toThrow(SubjectNotSettled);
    });
  });

  it('refuses a number for a member that is not locked', async () => {
    await expect(inTransaction(async (tx) => (await subjects.lock(tx, ['m1'])).next('m2'))).rejects.toThrow(
      OutboxSequenceBroken,
    );
  });

  it('writes null values under the keys that the log is to forget, where the contract declares it', async () => {
    await inTransaction((tx) => outbox.tombstone(tx, memberContactChanged, ['m2', 'm1']));

    const found = await rows(
      database.dataSource.manager,
      `SELECT topic, key, value, headers ->> 'ce_type' AS type FROM outbox ORDER BY position`,
    );
    const erased = { topic: memberContactChanged.topic, value: null, type: memberContactChanged.topic };
    expect(found).toEqual([
      { ...erased, key: 'm2' },
      { ...erased, key: 'm1' },
    ]);
    await expect(inTransaction((tx) => outbox.tombstone(tx, memberRegistered, ['m1']))).rejects.toThrow(
      'declares no tombstones',
    );
  });

  it('refuses what its contract does not allow, naming the field', async () => {
    const bad = { ...registered('not an id!', { epoch: 1, sequence: 1 }) };

    await expect(inTransaction((tx) => outbox.add(tx, memberRegistered, [bad]))).rejects.toThrow(InvalidOwnEvent);
    await expect(inTransaction((tx) => outbox.add(tx, memberRegistered, [bad]))).rejects.toThrow('memberId');
  });
});
