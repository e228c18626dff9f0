import { memberRegistered, type PurchaseCreated, purchaseCreated } from '@tessera/contracts';
import type { LogRecord } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import { aMemberRegistered, aPurchaseCreated, batchFrom, batchOf, recordOf } from '@tessera/platform-testing';
import type { DataSource } from 'typeorm';
import { type Batch, Refused } from '../batch.js';
import { NO_FAILPOINTS } from '../failpoints.js';
import { unmeasured } from '../metrics.js';
import { type MessagingDatabase, messagingDatabase } from '../fixtures/messaging-database.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { LogAdoption } from './adopt-log.js';
import { BatchConsumer } from './consume-batch.js';
import { Handlers } from './handlers.js';

const topic = purchaseCreated.topic;

describe('consuming a batch', () => {
  let database: MessagingDatabase;
  let dataSource: DataSource;
  let clusterId: string;
  let logEnd: number;
  let broken: (purchaseId: string) => Error | null;
  let consumer: BatchConsumer;

  /** Leaves one row an event, so that an effect that came twice shows. */
  const takeEffect = async ({ tx, events, refuse }: Batch<unknown>): Promise<void> => {
    for (const event of events) {
      const { purchaseId } = event.data as PurchaseCreated;
      if (purchaseId.startsWith('refuse')) {
        refuse(event, { code: 'not-today', detail: 'refused by the test' });
        continue;
      }
      await rows(tx, 'INSERT INTO effects (name) VALUES ($1)', [purchaseId]);
      const error = broken(purchaseId);
      if (error) throw error;
    }
  };
  const registered = async ({ tx, events }: Batch<unknown>): Promise<void> => {
    for (const { data } of events) {
      const { memberId, sequence } = data as { memberId: string; sequence: number };
      await rows(tx, 'INSERT INTO effects (name) VALUES ($1)', [`${memberId}@${sequence}`]);
      const error = broken(`${memberId}@${sequence}`);
      if (error) throw error;
    }
  };

  const aConsumer = (): BatchConsumer => {
    const handlers = new Handlers();
    handlers.register(purchaseCreated, takeEffect);
    handlers.register(memberRegistered, registered);
    return new BatchConsumer({
      service: 'ledger',
      dataSource,
      handlers,
      log: {
        clusterId: async () => clusterId,
        offsets: async () => [{ topic, partition: 0, earliest: 0, end: logEnd }],
      },
      metrics: unmeasured,
      logger: silentLogger,
      failpoints: NO_FAILPOINTS,
      pausedRetryMs: 1,
    });
  };
  const effects = async (): Promise<string[]> =>
    (await rows<{ name: string }>(dataSource.manager, 'SELECT name FROM effects ORDER BY id')).map(({ name }) => name);
  const letters = (): Promise<{ offset: number; code: string; detail: string }[]> =>
    rows(dataSource.manager, 'SELECT "offset", code, detail FROM dead_letters ORDER BY id');
  const purchases = (from: number, ...ids: string[]) =>
    batchFrom(from, ...ids.map((purchaseId) => aPurchaseCreated({ purchaseId })));

  beforeAll(async () => {
    database = await messagingDatabase();
    ({ dataSource } = database);
    await rows(dataSource.manager, 'CREATE TABLE effects (id bigserial PRIMARY KEY, name text NOT NULL)');
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await rows(dataSource.manager, 'TRUNCATE effects, dead_letters, outbox, consumer_offsets, state_versions');
    clusterId = 'log-1';
    logEnd = 1_000;
    broken = () => null;
    consumer = aConsumer();
  });

  it('takes effect once, however often the log hands it over', async () => {
    expect(await consumer.consume(purchases(0, 'a', 'b'))).toEqual({ kind: 'done', next: 2 });
    expect(await consumer.consume(purchases(0, 'a', 'b'))).toEqual({ kind: 'done', next: 2 });
    expect(await consumer.consume(purchases(0, 'a', 'b', 'c'))).toEqual({ kind: 'done', next: 3 });

    expect(await effects()).toEqual(['a', 'b', 'c']);
    expect(await consumer.positions()).toEqual([{ topic, partition: 0, next: 3 }]);
  });

  it('takes effect once when another consumer believes that it has the partition too', async () => {
    const other = aConsumer();

    await Promise.all([consumer.consume(purchases(0, 'a', 'b')), other.consume(purchases(0, 'a', 'b'))]);

    expect(await effects()).toEqual(['a', 'b']);
  });

  it('asks once for what lies between its position and the batch, then takes the hole for what it is', async () => {
    await consumer.consume(purchases(0, 'a'));

    expect(await consumer.consume(purchases(5, 'f'))).toEqual({ kind: 'seek', next: 1 });
    expect(await effects()).toEqual(['a']);
    expect(await consumer.consume(purchases(5, 'f'))).toEqual({ kind: 'done', next: 6 });
    expect(await effects()).toEqual(['a', 'f']);
  });

  it('moves past marks of the log that no record follows, and asks once for what may lie before them', async () => {
    const marks = (from: number, next: number) => ({ ...purchases(0, 'none'), from, records: [], next });
    await consumer.consume(purchases(0, 'a'));

    expect(await consumer.consume(marks(1, 3))).toEqual({ kind: 'done', next: 3 });
    expect(await consumer.consume(purchases(3, 'b'))).toEqual({ kind: 'done', next: 4 });
    expect(await consumer.consume(marks(6, 7))).toEqual({ kind: 'seek', next: 4 });
    expect(await consumer.consume(purchases(4, 'c'))).toEqual({ kind: 'done', next: 5 });
    expect(await consumer.consume(marks(1, 3))).toEqual({ kind: 'done', next: 5 });
    expect(await effects()).toEqual(['a', 'b', 'c']);
  });

  it('makes the one that always fails a dead letter, and all others take effect in order', async () => {
    broken = (id) => (id === 'poison' ? new TypeError('no such thing') : null);

    expect(await consumer.consume(purchases(0, 'a', 'b', 'poison', 'c', 'd'))).toEqual({ kind: 'done', next: 5 });

    expect(await effects()).toEqual(['a', 'b', 'c', 'd']);
    expect(await letters()).toEqual([{ offset: 2, code: 'handler-failed', detail: 'TypeError: no such thing' }]);
  });

  it('queues a dead letter for its topic with cause, origin and the bytes as they came', async () => {
    broken = () => new Refused('unwanted', 'nobody asked for it');
    const batch = purchases(7, 'x');
    await consumer.consume(batch);
    await consumer.consume(batch);

    const [queued] = await rows<{ topic: string; headers: Record<string, string>; value: Buffer }>(
      dataSource.manager,
      'SELECT topic, headers, value FROM outbox',
    );
    expect(queued?.topic).toBe(`${topic}.dlq.ledger`);
    expect(queued?.headers).toMatchObject({ tessera_dlq_code: 'unwanted', tessera_dlq_origin: `${topic}/0/7` });
    expect(queued?.value).toEqual(batch.records[0]?.value);
  });

  it('tries an event that failed by chance again before giving it up', async () => {
    let failures = 0;
    broken = (id) => (id === 'b' && (failures += 1) < 3 ? new Error('by chance') : null);

    await consumer.consume(purchases(0, 'a', 'b', 'c'));

    expect(await effects()).toEqual(['a', 'b', 'c']);
    expect(await letters()).toEqual([]);
  });

  it('takes the others of a batch in which the handler refused one', async () => {
    await consumer.consume(purchases(0, 'a', 'refuse-me', 'b'));

    expect(await effects()).toEqual(['a', 'b']);
    expect(await letters()).toEqual([{ offset: 1, code: 'not-today', detail: 'refused by the test' }]);
  });

  it('names field and reason of what is malformed', async () => {
    const good = recordOf(aPurchaseCreated({ purchaseId: 'a' }), { offset: 0 });
    const noJson: LogRecord = { ...good, offset: 1, value: Buffer.from('{"purchaseId":') };
    const wrong = recordOf(aPurchaseCreated({ totalMinor: -5 }), { offset: 2 });

    await consumer.consume(batchOf([good, noJson, wrong]));

    expect(await effects()).toEqual(['a']);
    expect(await letters()).toMatchObject([
      { offset: 1, code: 'malformed' },
      { offset: 2, code: 'malformed', detail: expect.stringContaining('totalMinor') },
    ]);
  });

  it('waits out a passing fault: nothing is dead-lettered, nothing is half done', async () => {
    broken = (id) => (id === 'b' ? Object.assign(new Error('deadlock detected'), { code: '40P01' }) : null);
    expect(await consumer.consume(purchases(0, 'a', 'b'))).toMatchObject({ kind: 'retry' });
    expect([await effects(), await letters()]).toEqual([[], []]);

    broken = () => null;
    expect(await consumer.consume(purchases(0, 'a', 'b'))).toEqual({ kind: 'done', next: 2 });
    expect(await effects()).toEqual(['a', 'b']);
  });

  it('survives the loss of its connection inside the transaction', async () => {
    let killed = false;
    const handlers = new Handlers();
    handlers.register(purchaseCreated, async (batch) => {
      await takeEffect(batch);
      if (!killed) {
        killed = true;
        const [self] = await rows<{ pid: number }>(batch.tx, 'SELECT pg_backend_pid() AS pid');
        await rows(dataSource.manager, 'SELECT pg_terminate_backend($1)', [self?.pid]);
      }
    });
    const fragile = new BatchConsumer({
      service: 'ledger',
      dataSource,
      handlers,
      log: {
        clusterId: async () => clusterId,
        offsets: async () => [{ topic, partition: 0, earliest: 0, end: logEnd }],
      },
      metrics: unmeasured,
      logger: silentLogger,
      failpoints: NO_FAILPOINTS,
    });

    expect(await fragile.consume(purchases(0, 'a'))).toMatchObject({ kind: 'retry' });
    expect(await fragile.consume(purchases(0, 'a'))).toEqual({ kind: 'done', next: 1 });
    expect(await effects()).toEqual(['a']);
  });

  it('pauses the partition when everything fails, and goes on when that is mended', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `p${index}`);
    broken = () => new Error('bad deploy');
    expect(await consumer.consume(purchases(0, ...ids))).toEqual({ kind: 'retry', afterMs: 1 });
    expect([await effects(), await letters()]).toEqual([[], []]);
    expect(consumer.paused().get(`${topic}/0`)).toContain('bad deploy');

    broken = () => null;
    await consumer.consume(purchases(0, ...ids));
    expect(await effects()).toEqual(ids);
    expect(consumer.paused().size).toBe(0);
  });

  it('does not pause for refusals and malformed ones, however many', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `refuse-${index}`);

    expect(await consumer.consume(purchases(0, ...ids))).toEqual({ kind: 'done', next: 60 });
    expect(await letters()).toHaveLength(60);
  });

  it('takes the newest state of each key, and ignores what is older', async () => {
    const state = (memberId: string, sequence: number) => aMemberRegistered({ memberId, sequence });
    await consumer.consume(batchFrom(0, state('m1', 1), state('m2', 7), state('m1', 3)));
    await consumer.consume(batchFrom(3, state('m1', 2), state('m2', 7), state('m2', 8)));

    expect(await effects()).toEqual(['m2@7', 'm1@3', 'm2@8']);
  });

  it('does not hold a state for taken that became a dead letter', async () => {
    broken = (name) => (name === 'm1@5' ? new Error('broken') : null);
    await consumer.consume(
      batchFrom(0, aMemberRegistered({ sequence: 5 }), aMemberRegistered({ memberId: 'm2', sequence: 1 })),
    );
    expect(await letters()).toHaveLength(1);

    await consumer.consume(batchFrom(2, aMemberRegistered({ sequence: 4 })));
    expect(await effects()).toEqual(['m2@1', 'm1@4']);
  });

  it('starts over on a log that has lost its end, instead of taking what is new for repeats', async () => {
    await consumer.consume(purchases(0, 'a', 'b', 'c'));
    logEnd = 1;

    expect(await consumer.consume(purchases(0, 'd'))).toEqual({ kind: 'seek', next: 0 });
    expect(await consumer.consume(purchases(0, 'd'))).toEqual({ kind: 'done', next: 1 });
    expect(await effects()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes on with another log once an operator has adopted it', async () => {
    await consumer.consume(purchases(0, 'a'));
    clusterId = 'log-2';
    const log = { clusterId: async () => clusterId };

    expect(await new LogAdoption(dataSource, log).adopt()).toEqual({ clusterId: 'log-2', partitions: 1 });
    expect(await consumer.consume(purchases(0, 'b'))).toEqual({ kind: 'done', next: 1 });
    expect(await effects()).toEqual(['a', 'b']);
    expect(await new LogAdoption(dataSource, log).adopt()).toEqual({ clusterId: 'log-2', partitions: 0 });
  });

  it('touches nothing when the log is another one', async () => {
    await consumer.consume(purchases(0, 'a'));
    clusterId = 'log-2';

    expect(await consumer.consume(purchases(1, 'b'))).toMatchObject({ kind: 'retry' });
    expect(await effects()).toEqual(['a']);
    expect(await consumer.positions()).toEqual([]);
    expect(consumer.paused().get(`${topic}/0`)).toContain('log-2');
  });
});
