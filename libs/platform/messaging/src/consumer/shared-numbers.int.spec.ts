import { type PurchaseCreated, purchaseCreated } from '@tessera/contracts';
import { aPurchaseCreated, batchFrom } from '@tessera/platform-testing';
import { NO_FAILPOINTS } from '../failpoints.js';
import { type MessagingDatabase, messagingDatabase } from '../fixtures/messaging-database.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { unmeasured } from '../metrics.js';
import { BatchConsumer } from './consume-batch.js';
import { Handlers } from './handlers.js';

describe('numbers that members share', () => {
  let database: MessagingDatabase;

  beforeAll(async () => {
    database = await messagingDatabase();
  });
  afterAll(() => database.close());

  it('are counted once, when what was noted is committed', async () => {
    const told: [string, number][] = [];
    const failures = new Map([
      ['passing', [Object.assign(new Error('deadlock detected'), { code: '40P01' })]],
      ['once', [new Error('by chance')]],
      ['never', Array.from({ length: 9 }, () => new Error('always'))],
    ]);
    const handlers = new Handlers();
    handlers.register(purchaseCreated, async ({ events, noteSharedNumbers }) => {
      for (const { data } of events) {
        noteSharedNumbers(1);
        const error = failures.get((data as PurchaseCreated).purchaseId)?.shift();
        if (error) throw error;
      }
    });
    const consumer = new BatchConsumer({
      service: 'ledger',
      dataSource: database.dataSource,
      handlers,
      log: { clusterId: async () => 'log-1', offsets: async () => [] },
      metrics: { ...unmeasured, sharedNumbers: (topic, count) => void told.push([topic, count]) },
      logger: silentLogger,
      failpoints: NO_FAILPOINTS,
    });
    const batch = batchFrom(
      0,
      ...['a', 'passing', 'once', 'never', 'b'].map((purchaseId) => aPurchaseCreated({ purchaseId })),
    );

    expect(await consumer.consume(batch)).toMatchObject({ kind: 'retry' });
    expect(told).toEqual([]);
    expect(await consumer.consume(batch)).toEqual({ kind: 'done', next: 5 });
    expect(told).toEqual([['purchase.created', 4]]);
  });
});
