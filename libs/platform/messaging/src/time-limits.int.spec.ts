import { type PurchaseCreated, purchaseCreated } from '@tessera/contracts';
import type { Log, NewRecord } from '@tessera/platform-bus';
import { rows, type Transaction } from '@tessera/platform-database';
import { aPurchaseCreated, batchFrom } from '@tessera/platform-testing';
import type { EntityManager, QueryRunner } from 'typeorm';
import { BatchConsumer } from './consumer/consume-batch.js';
import { Handlers } from './consumer/handlers.js';
import { NO_FAILPOINTS } from './failpoints.js';
import { type MessagingDatabase, messagingDatabase } from './fixtures/messaging-database.js';
import type { MessagingLogger } from './logger.js';
import { unmeasured } from './metrics.js';
import { RefreshLoop } from './refresh-loop.js';
import { Relay } from './relay/relay.js';
import { type LockedSubjects, Subjects } from './subjects.js';

const LOCK_MS = 150;
const STATEMENT_MS = 600;

describe('within the time limits of its connections', () => {
  let database: MessagingDatabase;
  let holder: QueryRunner;
  let codes: string[];

  /** Of what was logged, the SQLSTATE. */
  const note = (fields: object): void => {
    const { err } = fields as { err?: { code?: string; driverError?: { code?: string } } };
    codes.push(err?.driverError?.code ?? err?.code ?? '');
  };
  const logger: MessagingLogger = { debug: note, info: note, warn: note, error: note };
  const manager = (): EntityManager => database.dataSource.manager;
  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    for (const end = performance.now() + 20_000; !(await condition());) {
      if (performance.now() > end) throw new Error('waited in vain');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  /** In a transaction of its own, which somebody else has. */
  const hold = async (sql: string): Promise<void> => {
    await holder.startTransaction();
    await holder.query(sql);
  };

  beforeAll(async () => {
    database = await messagingDatabase({ lockMs: LOCK_MS, statementMs: STATEMENT_MS });
    await rows(manager(), 'CREATE TABLE effects (name text PRIMARY KEY)');
    holder = database.dataSource.createQueryRunner();
  });
  afterAll(async () => {
    await holder.release();
    await database.close();
  });
  beforeEach(async () => {
    codes = [];
    await rows(manager(), 'TRUNCATE effects, dead_letters, outbox, consumer_offsets, subjects');
  });

  describe('a consumer', () => {
    const aConsumer = (): BatchConsumer => {
      const handlers = new Handlers();
      handlers.register(purchaseCreated, async ({ tx, events }) => {
        for (const { data } of events) {
          const { purchaseId } = data as PurchaseCreated;
          if (purchaseId === 'slow') await rows(tx, 'SELECT pg_sleep(5)');
          await rows(tx, 'INSERT INTO effects VALUES ($1)', [purchaseId]);
        }
      });
      const log = { clusterId: async () => 'log-1', offsets: async () => [] };
      return new BatchConsumer({
        service: 'ledger',
        dataSource: database.dataSource,
        handlers,
        log,
        metrics: unmeasured,
        logger,
        failpoints: NO_FAILPOINTS,
      });
    };
    const batch = (...ids: string[]) => batchFrom(0, ...ids.map((purchaseId) => aPurchaseCreated({ purchaseId })));
    const names = async (sql: string): Promise<string[]> =>
      (await rows<{ name: string }>(manager(), sql)).map(({ name }) => name);

    it('tries a batch again that had to wait for a lock, and gives up none of it', async () => {
      const consumer = aConsumer();
      await hold('LOCK TABLE effects IN EXCLUSIVE MODE');
      for (let turn = 0; turn < 4; turn += 1) {
        expect(await consumer.consume(batch('a', 'b'))).toMatchObject({ kind: 'retry' });
      }
      await holder.rollbackTransaction();

      expect(codes).toEqual(['55P03', '55P03', '55P03', '55P03']);
      expect(await consumer.consume(batch('a', 'b'))).toEqual({ kind: 'done', next: 2 });
      expect(await names('SELECT name FROM effects ORDER BY 1')).toEqual(['a', 'b']);
      expect(await names('SELECT code AS name FROM dead_letters')).toEqual([]);
    });

    it('makes a dead letter of the event whose statement takes too long, and of no other', async () => {
      expect(await aConsumer().consume(batch('a', 'slow', 'b'))).toEqual({ kind: 'done', next: 3 });

      expect(await names('SELECT name FROM effects ORDER BY 1')).toEqual(['a', 'b']);
      expect(await names('SELECT code AS name FROM dead_letters')).toEqual(['57014']);
    });
  });

  it('a relay goes on when it had to wait for its lease or its rows', async () => {
    const published: string[] = [];
    const append = async (records: readonly NewRecord[]): Promise<void> =>
      void published.push(...records.map(({ key }) => String(key)));
    const relay = new Relay({
      dataSource: database.dataSource,
      databaseUrl: database.database.url,
      log: { append } as Pick<Log, 'append'> as Log,
      metrics: unmeasured,
      logger,
      failpoints: NO_FAILPOINTS,
      leaseMs: 300,
    });
    await hold('SELECT FROM relay_lease FOR UPDATE');
    relay.start();
    await rows(manager(), `INSERT INTO outbox (topic, key, headers) VALUES ('t', 'a', '{}')`);
    await until(() => codes.filter((code) => code === '55P03').length >= 2);
    expect(published).toEqual([]);
    await holder.rollbackTransaction();

    await until(async () => (await rows(manager(), 'SELECT FROM outbox')).length === 0);
    await relay.stop();
    expect(published).toEqual(['a']);
  });

  describe('the refresh loop', () => {
    const aLoop = (refreshed: string[]): RefreshLoop =>
      new RefreshLoop({
        dataSource: database.dataSource,
        subjects: new Subjects(),
        logger,
        refresh: {
          async refresh(tx: Transaction, locked: LockedSubjects): Promise<void> {
            if (locked.ids.includes('slow')) await rows(tx, 'SELECT pg_sleep(5)');
            await locked.settle(new Map(locked.ids.map((id) => [id, null])));
            refreshed.push(...locked.ids);
          },
        },
      });
    const due = (...ids: string[]): Promise<unknown> =>
      rows(
        manager(),
        `INSERT INTO subjects (subject, due_at, basis)
         SELECT id, clock_timestamp() - interval '1 second', basis FROM service_state, unnest($1::text[]) AS id`,
        [ids],
      );

    it('waits out a program that is being taken', async () => {
      const refreshed: string[] = [];
      const loop = aLoop(refreshed);
      await due('m1');
      await hold('LOCK TABLE service_state IN ACCESS EXCLUSIVE MODE');
      loop.start();
      await until(() => codes.includes('55P03'));
      await holder.rollbackTransaction();
      await until(() => refreshed.length === 1);
      await loop.stop();
    });

    it('sets aside a member whose refresh takes too long, and does the others', async () => {
      const refreshed: string[] = [];
      const loop = aLoop(refreshed);
      await due('m1', 'slow', 'm2');
      loop.start();
      await until(() => refreshed.length === 2);
      await loop.stop();
      expect(refreshed.sort()).toEqual(['m1', 'm2']);
      expect(codes).toContain('57014');
    });
  });
});
