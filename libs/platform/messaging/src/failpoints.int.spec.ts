import { purchaseCreated } from '@tessera/contracts';
import type { Log } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import { aPurchaseCreated, batchFrom } from '@tessera/platform-testing';
import type { DataSource } from 'typeorm';
import { BatchConsumer } from './consumer/consume-batch.js';
import { Handlers } from './consumer/handlers.js';
import type { Failpoints } from './failpoints.js';
import { type MessagingDatabase, messagingDatabase } from './fixtures/messaging-database.js';
import { silentLogger } from './fixtures/silent-logger.js';
import { unmeasured } from './metrics.js';
import { Outbox } from './outbox.js';
import { Relay } from './relay/relay.js';

describe('failpoints', () => {
  let database: MessagingDatabase;
  let seen: string[];
  let failpoints: Failpoints;
  let watched: DataSource;

  beforeAll(async () => {
    database = await messagingDatabase();
    const { dataSource } = database;
    const transaction = async (work: never): Promise<unknown> => {
      seen.push('begin');
      const result = await dataSource.transaction(work);
      seen.push('committed');
      return result;
    };
    watched = Object.create(dataSource, { transaction: { value: transaction } }) as DataSource;
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    seen = [];
    failpoints = { reached: (point, { count }) => void seen.push(`${point} ${count}`) };
    await rows(database.dataSource.manager, 'TRUNCATE outbox, consumer_offsets');
  });

  it('of a batch lie behind its handler, before its commit, and behind that', async () => {
    const handlers = new Handlers();
    handlers.register(purchaseCreated, async () => void seen.push('handler'));
    const consumer = new BatchConsumer({
      service: 'ledger',
      dataSource: watched,
      handlers,
      log: { clusterId: async () => 'log-1', offsets: async () => [] },
      metrics: unmeasured,
      logger: silentLogger,
      failpoints,
    });
    const batch = batchFrom(0, aPurchaseCreated({ purchaseId: 'a' }), aPurchaseCreated({ purchaseId: 'b' }));
    await consumer.consume(batch);
    const ofFirst = seen.splice(0);
    await consumer.consume(batch);

    expect(ofFirst).toEqual([
      'begin',
      'handler',
      'consumer.in-transaction 2',
      'consumer.at-commit 2',
      'committed',
      'consumer.after-commit 2',
    ]);
    // Of what was handled before nothing is to be lost or doubled.
    expect(seen).toEqual(['begin', 'committed']);
  });

  it('of an event lie behind its row, and on both sides of its appending', async () => {
    const outbox = new Outbox('urn:tessera:test', { failpoints });
    await watched.transaction((tx) => outbox.add(tx, purchaseCreated, [aPurchaseCreated().data]));
    const relay = new Relay({
      dataSource: database.dataSource,
      databaseUrl: database.database.url,
      log: { append: async () => void seen.push('append') } as Partial<Log> as Log,
      metrics: { ...unmeasured, relayed: (count) => void seen.push(`removed ${count}`) },
      logger: silentLogger,
      failpoints,
      leaseMs: 60_000,
    });
    relay.start();
    for (let turn = 0; turn < 500 && !seen.includes('removed 1'); turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await relay.stop();

    expect(seen).toEqual([
      'begin',
      'outbox.added 1',
      'committed',
      'relay.before-append 1',
      'append',
      'relay.after-ack 1',
      'removed 1',
    ]);
  });
});
