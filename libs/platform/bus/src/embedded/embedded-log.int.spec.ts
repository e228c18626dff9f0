import { scratchDatabase } from '@tessera/platform-testing';
import pg from 'pg';
import { busFeatures } from '../bus.features.js';
import { GroupAlreadySubscribed, LogClosed, LogSchemaTooNew } from '../errors.js';
import {
  aRecord,
  aTopic,
  boundsOf,
  collect,
  eventually,
  firstTimes,
  gate,
  range,
  textOf,
  unique,
} from '../features/harness.features.js';
import { EmbeddedLog } from './embedded-log.js';
import type { EmbeddedLogOptions } from './options.js';

const quick = { tombstoneGraceMs: 0, backOffMs: { first: 10, max: 100 }, report: () => undefined };

busFeatures('EmbeddedLog', {
  open: async () => {
    const database = await scratchDatabase();
    let log = await EmbeddedLog.open({ databaseUrl: database.url, ...quick });
    return {
      log,
      reopen: async () => {
        await log.close();
        log = await EmbeddedLog.open({ databaseUrl: database.url, ...quick });
        return log;
      },
      dispose: async () => {
        await log.close();
        await database.drop();
      },
    };
  },
  compact: (log) => (log as EmbeddedLog).maintain(),
});

describe('EmbeddedLog', () => {
  let database: Awaited<ReturnType<typeof scratchDatabase>>;
  const logs: EmbeddedLog[] = [];

  const open = async (options: Partial<EmbeddedLogOptions> = {}): Promise<EmbeddedLog> => {
    const log = await EmbeddedLog.open({ databaseUrl: database.url, ...quick, ...options });
    logs.push(log);
    return log;
  };
  const withClient = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    database = await scratchDatabase();
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
  });
  afterAll(() => database.drop());

  it('refuses a second subscription of a group, until the first is closed', async () => {
    const log = await open();
    const topic = await aTopic(log);
    const first = await collect(log, [topic], { group: 'one' });

    await expect(collect(log, [topic], { group: 'one' })).rejects.toThrow(GroupAlreadySubscribed);

    await first.close();
    const second = await collect(log, [topic], { group: 'one' });
    expect(second.isConsuming()).toBe(true);
  });

  it('is the same log for all who open its database at once', async () => {
    const opened = await Promise.all([open(), open(), open()]);

    expect(new Set(await Promise.all(opened.map((log) => log.clusterId()))).size).toBe(1);
  });

  it('leaves a database of a newer release alone', async () => {
    await open();
    await withClient((client) => client.query('UPDATE topic_log.cluster SET version = 1000'));

    await expect(open()).rejects.toThrow(LogSchemaTooNew);

    await withClient((client) => client.query('UPDATE topic_log.cluster SET version = 1'));
  });

  it('refuses appends and subscriptions once it is closed', async () => {
    const log = await open();
    const topic = await aTopic(log);
    await log.close();

    await expect(log.append([aRecord(topic, 'a', '1')])).rejects.toThrow(LogClosed);
    await expect(collect(log, [topic])).rejects.toThrow(LogClosed);
    expect(await log.isReady()).toBe(false);
  });

  it('takes what a handler appends while the log is closing', async () => {
    const log = await open();
    const topic = await aTopic(log);
    const [started, closing] = [gate(), gate()];
    let appended = false;
    await collect(log, [topic], {
      onBatch: async ({ records }) => {
        started.open();
        await closing.opened;
        await log.append([aRecord(topic, 'a', 'answer')]);
        appended = true;
        return { kind: 'done', next: records[0]!.offset + 1 };
      },
    });
    await log.append([aRecord(topic, 'a', 'question')]);
    await started.opened;

    const closed = log.close();
    closing.open();
    await closed;

    expect(appended).toBe(true);
    expect(await (await open()).read({ topic, partition: 0, offset: 0, limit: 10 })).toHaveLength(2);
  });

  it('is not ready without its database, and still closes', async () => {
    const lost = await scratchDatabase();
    const log = await open({ databaseUrl: lost.url });
    await collect(log, [await aTopic(log)]);
    await lost.drop();

    expect(await log.isReady()).toBe(false);
    await log.close();
  });

  it('reports what a handler threw', async () => {
    const problems: string[] = [];
    const log = await open({ report: ({ error }) => problems.push(String(error)) });
    const topic = await aTopic(log);
    await log.append([aRecord(topic, 'a', '1')]);

    await collect(log, [topic], { onBatch: () => Promise.reject(new Error('as wanted')) });

    await eventually('the report', () => problems.includes('Error: as wanted'));
  });

  it('takes keys and headers that the database finds hard: NUL, and keys beyond what an index holds', async () => {
    const log = await open();
    const topic = await aTopic(log, { cleanup: 'compact' });
    const long = range(20_000)
      .map((n) => String.fromCharCode(0x4e00 + ((n * n) % 20_000)))
      .join('');
    const records = ['\0', long].map((key) => ({ ...aRecord(topic, key, key), headers: { nul: '\0' } }));

    await log.append(records);
    await log.append(records);
    await log.maintain();

    expect(await log.read({ topic, partition: 0, offset: 0, limit: 10 })).toMatchObject(records);
  });

  it('lets go what is older than the retention, and leads readers on from what is left', async () => {
    const log = await open();
    const topic = await aTopic(log, { retentionMs: 1 });
    const kept = await aTopic(log, { retentionMs: 3_600_000 });
    await log.append([topic, kept].flatMap((name) => range(6_000).map((n) => aRecord(name, 'a', String(n)))));

    await eventually('retention', async () => {
      await log.maintain();
      return (await boundsOf(log, topic)).earliest === 6_000;
    });

    expect(await boundsOf(log, topic)).toMatchObject({ earliest: 6_000, end: 6_000 });
    expect(await boundsOf(log, kept)).toMatchObject({ earliest: 0, end: 6_000 });
    const consumer = await collect(log, [topic]);
    await log.append([aRecord(topic, 'a', 'new')]);
    await eventually('the new record', () => consumer.records.length > 0);
    expect(consumer.records[0]).toMatchObject({ offset: 6_000 });
  });

  it('finds what another connection appended', async () => {
    const [reader, writer] = [await open({ pollMs: 20 }), await open()];
    const topic = await aTopic(writer);
    const consumer = await collect(reader, [topic]);

    await writer.append([aRecord(topic, 'a', '1')]);

    await eventually('the record', () => consumer.records.length > 0);
  });

  it('makes an append wait for an earlier one that has not committed, so that no reader passes it by', async () => {
    const log = await open({ pollMs: 20 });
    const topic = await aTopic(log);
    const consumer = await collect(log, [topic]);
    const waiters = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

    await withClient(async (slow) => {
      await slow.query('BEGIN');
      const { rows } = await slow.query<{ partition_id: number }>(
        'SELECT partition_id FROM topic_log.partitions WHERE topic = $1 FOR UPDATE',
        [topic],
      );
      await slow.query(`INSERT INTO topic_log.records VALUES ($1, 0, false, 'a', 'slow', '{}', now())`, [
        rows[0]!.partition_id,
      ]);
      await slow.query('UPDATE topic_log.partitions SET next_offset = 1 WHERE topic = $1', [topic]);
      const late = log.append([aRecord(topic, 'a', 'late')]);
      await withClient((client) => eventually('a waiter', async () => (await client.query(waiters)).rowCount === 1));
      expect(consumer.records).toEqual([]);
      await slow.query('COMMIT');
      await late;
    });

    await eventually('both', () => consumer.records.length >= 2);
    expect(consumer.records.map(textOf)).toEqual(['slow', 'late']);
  });

  it('hides no record from a reader while several connections append', async () => {
    const writers = await Promise.all([open(), open(), open()]);
    const reader = await open({ pollMs: 5 });
    const topics = [await aTopic(reader, { partitions: 2 }), await aTopic(reader, { partitions: 2 })];
    const consumer = await collect(reader, topics, { recordsMax: 7 });

    await Promise.all(
      writers.map(async (writer) => {
        for (const n of range(100)) {
          const records = range(6).map((m) => aRecord(topics[(n + m) % 2]!, `key-${n + m}`, ''));
          await writer.append(records);
        }
      }),
    );

    await eventually('all records', () => consumer.records.length >= 1_800);
    const offsets = new Map<string, number[]>();
    for (const { topic, partition, offset } of consumer.records) {
      const name = `${topic}/${partition}`;
      offsets.set(name, [...(offsets.get(name) ?? []), offset]);
    }
    for (const seen of offsets.values()) expect(seen).toEqual(range(seen.length));
  });

  it('loses and doubles no acknowledged append while its connections are killed', async () => {
    const log = await open();
    const topic = await aTopic(log, { partitions: 2 });
    const consumer = await collect(log, [topic], { group: unique('group'), recordsMax: 20 });
    const acknowledged: string[] = [];
    let kills = 0;
    const appenders = range(4).map(async (caller) => {
      for (let n = 0; kills < 15 || acknowledged.length < 400; n += 1) {
        const value = `${caller}:${n}`;
        await log.append([aRecord(topic, `key-${n % 10}`, value)]).then(
          () => acknowledged.push(value),
          () => undefined,
        );
      }
    });
    await withClient(async (client) => {
      for (let seen = 0; kills < 15; seen = acknowledged.length) {
        await eventually('appends between two kills', () => acknowledged.length >= seen + 10);
        const { rowCount } = await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'tessera-log'`,
        );
        if (rowCount) kills += 1;
      }
    });
    await Promise.all(appenders);

    const stored = (
      await Promise.all([0, 1].map((partition) => log.read({ topic, partition, offset: 0, limit: 1e6 })))
    ).flat();
    const values = stored.map(textOf);
    expect(new Set(values).size).toBe(values.length);
    const present = new Set(values);
    expect(acknowledged.filter((value) => !present.has(value))).toEqual([]);
    await eventually('all at the reader', () => firstTimes(consumer.records).length >= stored.length);
    expect(new Set(firstTimes(consumer.records).map(textOf))).toEqual(present);
  });
});
