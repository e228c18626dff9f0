import { rows, type Transaction } from '@tessera/platform-database';
import { ReferenceData } from './reference-data.js';
import { PICK, RefreshLoop } from './refresh-loop.js';
import { type LockedSubjects, Subjects } from './subjects.js';
import { type MessagingDatabase, messagingDatabase } from './fixtures/messaging-database.js';
import { silentLogger } from './fixtures/silent-logger.js';

describe('the refresh loop', () => {
  let database: MessagingDatabase;
  let refreshed: string[];
  let broken: ReadonlySet<string>;
  const subjects = new Subjects();

  beforeAll(async () => {
    database = await messagingDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    refreshed = [];
    broken = new Set();
    await rows(database.dataSource.manager, 'TRUNCATE subjects');
  });

  const refresh = {
    async refresh(_: Transaction, locked: LockedSubjects): Promise<void> {
      const bad = locked.ids.find((id) => broken.has(id));
      if (bad) throw new Error(`${bad} is broken`);
      refreshed.push(...locked.ids);
      await locked.settle(new Map(locked.ids.map((id) => [id, null])));
    },
  };
  const aLoop = (): RefreshLoop =>
    new RefreshLoop({ dataSource: database.dataSource, subjects, refresh, logger: silentLogger });
  const insert = (subject: string, due: string): Promise<unknown> =>
    rows(
      database.dataSource.manager,
      `INSERT INTO subjects (subject, due_at, basis) SELECT $1, clock_timestamp() + $2::interval, basis FROM service_state`,
      [subject, due],
    );
  const until = async (condition: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 500 && !condition(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it('refreshes who is due, and leaves who is not', async () => {
    await insert('due', '-1 second');
    await insert('later', '1 hour');

    await aLoop().drain();

    expect(refreshed).toEqual(['due']);
  });

  it('finds who is due by when that is, however many will be some day', async () => {
    const { manager } = database.dataSource;
    await rows(
      manager,
      `INSERT INTO subjects (subject, due_at, basis)
       SELECT 'm' || n, clock_timestamp() + interval '1 day', basis FROM service_state, generate_series(1, 2000) AS n`,
    );
    await rows(manager, 'ANALYZE subjects');

    for (const sql of [PICK.due, PICK['due, waiting']]) {
      const plan = await rows<{ 'QUERY PLAN': string }>(manager, `EXPLAIN ${sql}`, [500, []]);
      expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/Index Cond: \(due_at <= /);
    }
  });

  it('holds no more at a time than the refresh says, and comes back for the others', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) await insert(id, '-1 second');
    const sizes: number[] = [];
    const few = {
      subjectsMax: 2,
      refresh: async (tx: Transaction, locked: LockedSubjects): Promise<void> => {
        sizes.push(locked.ids.length);
        await refresh.refresh(tx, locked);
      },
    };

    await new RefreshLoop({ dataSource: database.dataSource, subjects, refresh: few, logger: silentLogger }).drain();

    expect(sizes).toEqual([2, 2, 1]);
    expect(refreshed.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('works through everyone after a change of reference data', async () => {
    for (const id of ['a', 'b', 'c']) await insert(id, '1 hour');
    await database.dataSource.transaction((tx) => new ReferenceData().change(tx));
    const loop = aLoop();

    loop.start();
    await until(() => refreshed.length === 3);
    await loop.stop();

    expect(refreshed.sort()).toEqual(['a', 'b', 'c']);
  });

  it('sets one broken subject aside and refreshes the others', async () => {
    for (const id of ['a', 'bad', 'c']) await insert(id, '-1 second');
    broken = new Set(['bad']);

    await aLoop().drain();

    expect(refreshed.sort()).toEqual(['a', 'c']);
    expect(await rows(database.dataSource.manager, 'SELECT subject FROM subjects WHERE due_at IS NOT NULL')).toEqual([
      { subject: 'bad' },
    ]);
  });

  it('waits, when drained, for a subject that someone is at', async () => {
    await insert('busy', '-1 second');
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let isLocked = (): void => undefined;
    const locked = new Promise<void>((resolve) => (isLocked = resolve));
    const holder = database.dataSource.transaction(async (tx) => {
      await subjects.lock(tx, ['busy']);
      isLocked();
      await held;
    });
    await locked;
    const drained = aLoop().drain();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(refreshed).toEqual([]);
    letGo();
    await Promise.all([holder, drained]);

    expect(refreshed).toEqual(['busy']);
  });

  it('shares the work with another replica, each subject once', async () => {
    for (let index = 0; index < 1_200; index += 1) await insert(`m${index}`, '-1 second');

    const loops = [aLoop(), aLoop()];
    for (const loop of loops) loop.start();
    await until(() => refreshed.length >= 1_200);
    for (const loop of loops) await loop.stop();

    expect(refreshed).toHaveLength(1_200);
    expect(new Set(refreshed).size).toBe(1_200);
  });
});
