import { rows, type Transaction } from '@tessera/platform-database';
import { SubjectNotSettled } from './errors.js';
import { ReferenceData } from './reference-data.js';
import { Subjects } from './subjects.js';
import { type MessagingDatabase, messagingDatabase } from './fixtures/messaging-database.js';

describe('locked subjects', () => {
  let database: MessagingDatabase;
  const subjects = new Subjects();
  const reference = new ReferenceData();

  beforeAll(async () => {
    database = await messagingDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => rows(database.dataSource.manager, 'TRUNCATE subjects'));

  const inTransaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => database.dataSource.transaction(work);

  const aLockIsWaitedFor = async (): Promise<void> => {
    const sql = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
    for (let turn = 0; turn < 500; turn += 1) {
      if ((await rows(database.dataSource.manager, sql)).length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('nobody waits for the reference data');
  };

  it('come in bytewise order, once each, known before or not', async () => {
    await inTransaction((tx) => subjects.lock(tx, ['b']));

    expect((await inTransaction((tx) => subjects.lock(tx, ['c', 'b', 'a', 'b', 'B']))).ids).toEqual([
      'B',
      'a',
      'b',
      'c',
    ]);
  });

  it('never wait for each other in a circle, in whichever order they are asked for', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `m${index}`);
    let done = 0;
    const work = async (order: string[]): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) {
        await inTransaction(async (tx) => {
          await subjects.lock(tx, order);
          done += 1;
        });
      }
    };

    await Promise.all([work(ids), work([...ids].reverse()), work([...ids].sort((a, b) => b.length - a.length))]);

    expect(done).toBe(60);
  });

  it('keep a change of reference data out until they are let go, and the other way round', async () => {
    const order: string[] = [];
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let isLocked = (): void => undefined;
    const locked = new Promise<void>((resolve) => (isLocked = resolve));

    const member = inTransaction(async (tx) => {
      await subjects.lock(tx, ['m1']);
      isLocked();
      await held;
      order.push('member');
    });
    await locked;
    const change = inTransaction(async (tx) => {
      await reference.change(tx);
      order.push('change');
    });
    await aLockIsWaitedFor();
    letGo();
    await Promise.all([member, change]);

    expect(order).toEqual(['member', 'change']);
  });

  it('see the basis that a change raised, and are stale until they are settled', async () => {
    const before = await inTransaction((tx) => subjects.lock(tx, ['m1']));
    const basis = await inTransaction((tx) => reference.change(tx));
    expect(basis).toBe(before.basis + 1);
    const stale = 'SELECT subject FROM subjects s, service_state st WHERE s.basis < st.basis';
    expect(await rows(database.dataSource.manager, stale)).toEqual([{ subject: 'm1' }]);

    await inTransaction(async (tx) => (await subjects.lock(tx, ['m1'])).settle(new Map([['m1', null]])));
    expect(await rows(database.dataSource.manager, stale)).toEqual([]);
  });

  it('cannot be settled as due at an instant that has passed', async () => {
    await expect(
      inTransaction(async (tx) => {
        const locked = await subjects.lock(tx, ['m1']);
        await locked.settle(new Map([['m1', locked.now]]));
      }),
    ).rejects.toThrow(SubjectNotSettled);
  });

  describe('are settled', () => {
    const settledAt = (sql: string): Promise<boolean> =>
      inTransaction(async (tx) => {
        await rows(tx, sql);
        return (await subjects.lock(tx, ['m1'])).isSettled('m1');
      });

    it.each([
      ['where they are new', 'SELECT', true],
      [
        'where they were said to be never due',
        `INSERT INTO subjects SELECT 'm1', 3, NULL, basis FROM service_state`,
        true,
      ],
      [
        'before they are due',
        `INSERT INTO subjects SELECT 'm1', 3, now() + interval '1 day', basis FROM service_state`,
        true,
      ],
      [
        'not once they are due',
        `INSERT INTO subjects SELECT 'm1', 3, now() - interval '1 day', basis FROM service_state`,
        false,
      ],
      ['not on an older basis', `INSERT INTO subjects SELECT 'm1', 3, NULL, basis - 1 FROM service_state`, false],
    ])('%s', async (_, sql, expected) => {
      expect(await settledAt(sql)).toBe(expected);
    });

    it('without being written where nothing is new, and where something is', async () => {
      const due = new Date('2100-01-01T00:00:00Z');
      const settle = (instant: Date | null): Promise<void> =>
        inTransaction(async (tx) => (await subjects.lock(tx, ['m1'])).settle(new Map([['m1', instant]])));
      const version = async (): Promise<unknown> =>
        rows(database.dataSource.manager, 'SELECT ctid::text, due_at FROM subjects');
      await settle(due);
      const before = await version();

      await settle(new Date(due));
      expect(await version()).toEqual(before);

      await settle(null);
      expect(await version()).toMatchObject([{ due_at: null }]);
    });

    it('by the last of several in one transaction', async () => {
      await inTransaction(async (tx) => {
        const locked = await subjects.lock(tx, ['m1']);
        await locked.settle(new Map([['m1', new Date('2100-01-01T00:00:00Z')]]));
        await locked.settle(new Map([['m1', null]]));
      });

      expect(await rows(database.dataSource.manager, 'SELECT due_at FROM subjects')).toEqual([{ due_at: null }]);
    });
  });
});
