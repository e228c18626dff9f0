import { type PurchaseCreated, purchaseCreated } from '@tessera/contracts';
import type { BatchOutcome, Log, RecordBatch, SubscriptionOptions } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import { aPurchaseCreated, batchFrom } from '@tessera/platform-testing';
import { BatchConsumer } from '../consumer/consume-batch.js';
import { Handlers } from '../consumer/handlers.js';
import { NO_FAILPOINTS } from '../failpoints.js';
import { type MessagingDatabase, messagingDatabase } from '../fixtures/messaging-database.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { unmeasured } from '../metrics.js';
import { Replay } from './replay.js';

const UNTIL = 3;
const { topic } = purchaseCreated;

describe('a replay up to a target', () => {
  let database: MessagingDatabase;
  let seen: string[];
  let outcomes: BatchOutcome[];

  beforeAll(async () => {
    database = await messagingDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    [seen, outcomes] = [[], []];
    const { manager } = database.dataSource;
    await rows(manager, 'TRUNCATE consumer_offsets, upkeep_targets');
    await rows(manager, `INSERT INTO consumer_offsets (topic, partition, cluster_id) VALUES ($1, 0, 'log-1')`, [topic]);
    await rows(manager, 'INSERT INTO upkeep_targets VALUES ($1, 0, 0, $2)', [topic, UNTIL]);
  });

  const records = (from: number, ...ids: string[]): RecordBatch =>
    batchFrom(from, ...ids.map((purchaseId) => aPurchaseCreated({ purchaseId })));
  const marks = (from: number, next: number): RecordBatch => ({ ...records(from, 'none'), records: [], next });
  const position = async (): Promise<number | undefined> =>
    (await rows<{ next: number }>(database.dataSource.manager, 'SELECT next_offset AS next FROM consumer_offsets'))[0]
      ?.next;

  /** Answers whether the target was reached once these were handed. */
  const replay = async (...batches: readonly RecordBatch[]): Promise<boolean> => {
    const handlers = new Handlers();
    handlers.register(purchaseCreated, ({ events }) => {
      seen.push(...events.map(({ data }) => (data as PurchaseCreated).purchaseId));
      return Promise.resolve();
    });
    let areHanded = false;
    const log = {
      clusterId: () => Promise.resolve('log-1'),
      offsets: () => Promise.resolve([{ topic, partition: 0, earliest: 0, end: 100 }]),
      read: () => Promise.resolve([]),
      subscribe: async ({ onBatch }: SubscriptionOptions) => {
        for (const batch of batches) outcomes.push(await onBatch(batch));
        areHanded = true;
        return { isConsuming: () => true, close: () => Promise.resolve() };
      },
    } as unknown as Log;
    const { dataSource } = database;
    const basics = { dataSource, log, logger: silentLogger };
    const more = { service: 'ledger' as const, handlers, metrics: unmeasured, failpoints: NO_FAILPOINTS };
    const consumer = new BatchConsumer({ ...basics, ...more });
    return new Replay({ ...basics, recordsMax: 10 }).run('replay', consumer, () => areHanded);
  };

  it('leaves what lies behind it to everyday life, within one batch too', async () => {
    await replay(records(0, 'a', 'b', 'c', 'later', 'latest'));

    expect(seen).toEqual(['a', 'b', 'c']);
    expect(await position()).toBe(UNTIL);
    expect(outcomes).toEqual([{ kind: 'done', next: UNTIL }]);
  });

  it('passes marks of the log below it, and no record behind them', async () => {
    await replay(records(0, 'a'), marks(1, 2), records(2, 'c'));

    expect(seen).toEqual(['a', 'c']);
    expect(await position()).toBe(UNTIL);
  });

  it('ends at it where marks lead over it', async () => {
    await replay(records(0, 'a'), marks(1, 9));

    expect(await position()).toBe(UNTIL);
    expect(outcomes.at(-1)).toEqual({ kind: 'done', next: UNTIL });
  });

  it('is done where the log goes on behind it', async () => {
    await replay(records(7, 'later'));

    expect(seen).toEqual([]);
    expect(await position()).toBe(UNTIL);
    expect(outcomes).toEqual([{ kind: 'done', next: 8 }]);
  });
});
