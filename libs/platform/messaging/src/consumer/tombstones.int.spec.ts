import { type EventContract, memberContactChanged, memberRegistered } from '@tessera/contracts';
import { aMemberRegistered, batchOf, type BuiltRecord, recordOf } from '@tessera/platform-testing';
import type { LogRecord } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import { type Batch, Refused } from '../batch.js';
import { type MessagingDatabase, messagingDatabase } from '../fixtures/messaging-database.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { NO_FAILPOINTS } from '../failpoints.js';
import { unmeasured } from '../metrics.js';
import { BatchConsumer } from './consume-batch.js';
import { Handlers } from './handlers.js';

const sealed = { keyId: 'k', nonce: 'A'.repeat(16), ciphertext: 'A'.repeat(24) };

describe('tombstones', () => {
  let database: MessagingDatabase;
  let consumer: BatchConsumer;
  let handed: string[];
  let broken: ReadonlySet<string>;
  let offset: number;

  const note = async ({ events, tombstones }: Batch<unknown>): Promise<void> => {
    const named = [
      ...tombstones.map(({ key }) => `-${key}`),
      ...events.map(({ data }) => {
        const { memberId, sequence } = data as { memberId: string; sequence: number };
        return `${memberId}@${sequence}`;
      }),
    ];
    const culprit = named.find((name) => broken.has(name));
    if (culprit) throw new Refused('unwanted', culprit);
    handed.push(named.join(' '));
  };
  const contact = (memberId: string, sequence: number): LogRecord =>
    recordOf(
      { contract: memberContactChanged as EventContract, data: { memberId, epoch: 1, sequence, sealed } },
      { offset: (offset += 1) },
    );
  const erased = (key: string): LogRecord => ({ ...contact(key, 0), value: null, headers: {} });
  const consume = (...records: readonly LogRecord[]) => consumer.consume(batchOf(records));
  const letters = (): Promise<{ key: string; code: string; value: Buffer | null; id: string }[]> =>
    rows(database.dataSource.manager, 'SELECT id, key, code, value FROM dead_letters ORDER BY id');

  beforeAll(async () => {
    database = await messagingDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await rows(database.dataSource.manager, 'TRUNCATE dead_letters, outbox, consumer_offsets, state_versions');
    handed = [];
    broken = new Set();
    offset = -1;
    const handlers = new Handlers();
    handlers.register(memberContactChanged, note);
    handlers.register(memberRegistered, note);
    consumer = new BatchConsumer({
      service: 'campaign',
      dataSource: database.dataSource,
      handlers,
      log: { clusterId: async () => 'log-1', offsets: async () => [] },
      metrics: unmeasured,
      logger: silentLogger,
      failpoints: NO_FAILPOINTS,
    });
  });

  it('reach the handler, alone if there is nothing else, once a key', async () => {
    await consume(contact('m1', 1), contact('m2', 1));
    await consume(erased('m1'), erased('m1'));

    expect(handed).toEqual(['m1@1 m2@1', '-m1']);
  });

  it('take with them what stands before them in the batch, and nothing that stands after', async () => {
    await consume(contact('m1', 1), contact('m2', 1), erased('m1'), erased('m2'), contact('m2', 2), contact('m3', 1));

    expect(handed).toEqual(['-m1 -m2 m2@2 m3@1']);
  });

  it('stand although an older event of their key is repeated behind them', async () => {
    await consume(contact('m1', 5));
    await consume(erased('m1'), contact('m1', 5));
    await consume(contact('m1', 4));

    expect(handed).toEqual(['m1@5', '-m1']);
  });

  it('mean nothing to a handler whose contract declares none', async () => {
    const registered = recordOf(aMemberRegistered(), { offset: 0 }) as BuiltRecord;
    await consume({ ...registered, value: null }, { ...registered, offset: 1 });

    expect(handed).toHaveLength(1);
    expect(handed[0]).toMatch(/^m1@/);
  });

  it('become dead letters alone when they are refused, and can be replayed', async () => {
    broken = new Set(['-m2']);
    await consume(erased('m1'), erased('m2'), contact('m3', 1));

    expect(handed).toEqual(['-m1', 'm3@1']);
    expect(await letters()).toMatchObject([{ key: 'm2', code: 'unwanted', value: null }]);

    broken = new Set();
    await database.dataSource.transaction((tx) => consumer.replay(tx, erased('m2')));
    expect(handed.at(-1)).toBe('-m2');
  });
});
