import { createDataSource, rows } from '@tessera/platform-database';
import { type ScratchDatabase, scratchDatabase } from '@tessera/testing';
import type { DataSource } from 'typeorm';
import { Recommendation1767225600400 } from './migrations/1767225600400-recommendation.js';
import { type NewSignal, SignalsRepository } from './signals.repository.js';

const NOW = new Date('2026-06-20T12:00:00.000Z');
const DAY = 86_400_000;
const before = (days: number): string => new Date(NOW.getTime() - days * DAY).toISOString();

const aSignal = (some: Partial<NewSignal> = {}): NewSignal => ({
  source: 'urn:shop',
  id: '1',
  memberId: 'm1',
  sku: 'a',
  kind: 'view',
  occurredAt: before(1),
  ...some,
});

describe('signals', () => {
  const signals = new SignalsRepository();
  let scratch: ScratchDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    scratch = await scratchDatabase();
    dataSource = createDataSource({
      url: scratch.url,
      name: 'signals-spec',
      migrations: [Recommendation1767225600400],
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await scratch?.drop();
  });
  beforeEach(async () => {
    for (const name of await partitions()) await dataSource.query(`DROP TABLE ${name}`);
  });

  const record = (some: readonly NewSignal[], now = NOW): Promise<void> =>
    dataSource.transaction((tx) => signals.record(tx, some, now));
  const recent = async (now = NOW): Promise<readonly string[]> => {
    const found = await signals.recent(dataSource.manager, ['m1'], now);
    return (found.get('m1') ?? []).map(({ sku, kind }) => `${sku} ${kind}`);
  };
  const partitions = async (): Promise<readonly string[]> => {
    const found = await rows<{ name: string }>(
      dataSource.manager,
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'signals'::regclass ORDER BY 1`,
    );
    return found.map(({ name }) => name);
  };

  it('are kept once by source and id, in one batch and in two, in whatever partition', async () => {
    const [one, other] = [aSignal(), aSignal({ source: 'urn:app', kind: 'cart' })];
    const early = aSignal({ id: '2', sku: 'b', occurredAt: before(9) });

    await record([one, one, other, early]);
    await record([early, other, one]);

    expect(await recent()).toEqual(expect.arrayContaining(['a view', 'a cart', 'b view']));
    expect(await recent()).toHaveLength(3);
    expect(await partitions()).toHaveLength(2);
  });

  it('tell sources and ids apart, whatever characters they hold', async () => {
    await record([
      aSignal({ source: 'a\u0000', id: 'b' }),
      aSignal({ source: 'a', id: '\u0000b' }),
      aSignal({ id: 'x'.repeat(9_000) }),
    ]);

    expect(await recent()).toHaveLength(3);
  });

  it('leave the window to the millisecond, latest first until then', async () => {
    await record([aSignal({ id: '1', sku: 'a', occurredAt: before(14) })]);
    await record([aSignal({ id: '2', sku: 'b', occurredAt: before(13.9) }), aSignal({ id: '3', sku: 'c' })]);

    expect(await recent()).toEqual(['c view', 'b view']);
    expect(await recent(new Date(NOW.getTime() - 1))).toEqual(['c view', 'b view', 'a view']);
  });

  it('go with their partition when a new week begins', async () => {
    await record([aSignal({ id: '1', occurredAt: before(10) })]);
    const [old] = await partitions();
    const later = new Date(NOW.getTime() + 30 * DAY);

    await record([aSignal({ id: '2', occurredAt: before(-29) })], later);

    expect(await partitions()).toHaveLength(1);
    expect(await partitions()).not.toContain(old);
  });

  it('meet in one partition when two transactions begin a week at once', async () => {
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => record([aSignal({ id: String(n % 2), sku: String(n % 2) })])),
    );

    expect(await recent()).toHaveLength(2);
  });

  it('are read up to 200 a member', async () => {
    await record(Array.from({ length: 250 }, (_, n) => aSignal({ id: String(n) })));

    expect(await recent()).toHaveLength(200);
  });
});
