import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { busFeatures } from '../bus.features.js';
import { KeylessRecord, LogClosed, UnknownTopic } from '../errors.js';
import {
  aRecord,
  aTopic,
  boundsOf,
  collect,
  doneWith,
  eventually,
  firstTimes,
  gate,
  range,
  textOf,
  unique,
} from '../features/harness.features.js';
import type { RecordBatch } from '../log.js';
import { partitionOf } from '../partitioner.js';
import { KafkaLog } from './kafka-log.js';
import type { KafkaLogOptions } from './options.js';

const brokers = process.env['TESSERA_TEST_KAFKA'];
const isRequired = process.env['CI'] === 'true';

/** Fast enough for tests; the broker of the tests allows sessions of a second. */
const quick = {
  sessionTimeoutMs: 3_000,
  heartbeatMs: 200,
  rebalanceTimeoutMs: 10_000,
  fetchWaitMs: 50,
  metadataMaxAgeMs: 300,
  backOffMs: { first: 10, max: 100 },
  logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
};

const open = (options: Partial<KafkaLogOptions> = {}): Promise<KafkaLog> =>
  KafkaLog.open({ brokers: (brokers ?? '').split(','), clientId: 'tessera-test', ...quick, ...options });

if (!brokers) {
  const suite = isRequired ? describe : describe.skip;
  suite('KafkaLog', () => {
    it('needs a broker: TESSERA_TEST_KAFKA names one, TESSERA_TEST_WITH=kafka starts one', () => {
      expect(brokers).toBeDefined();
    });
  });
} else {
  busFeatures('KafkaLog', {
    open: async () => {
      let log = await open();
      return {
        log,
        reopen: async () => {
          await log.close();
          log = await open();
          return log;
        },
        dispose: () => log.close(),
      };
    },
  });
  describe('KafkaLog', () => kafkaFeatures(brokers));
}

function kafkaFeatures(addresses: string): void {
  const logs: KafkaLog[] = [];
  const opened = async (options: Partial<KafkaLogOptions> = {}): Promise<KafkaLog> => {
    const log = await open(options);
    logs.push(log);
    return log;
  };
  const client = new Kafka({ brokers: addresses.split(','), clientId: 'foreign', logLevel: logLevel.NOTHING });

  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
  });

  describe('several members of a group', () => {
    const partitions = 6;
    const numbersOf = (batches: readonly RecordBatch[], topic: string, from = 0): Set<number> =>
      new Set(batches.slice(from).flatMap((batch) => (batch.topic === topic ? [batch.partition] : [])));

    it('share the partitions, number by number, whatever each subscribes to', async () => {
      const [one, other] = [await opened(), await opened()];
      const [a, b, extra] = [
        await aTopic(one, { partitions }),
        await aTopic(one, { partitions }),
        await aTopic(one, { partitions }),
      ];
      const group = unique('group');
      const first = await collect(one, [a, b], { group });
      const second = await collect(other, [a, b, extra], { group });
      const fill = async (): Promise<void> => {
        for (const topic of [a, b, extra]) {
          await one.append(range(60).map((n) => aRecord(topic, `key-${n}`, String(n))));
        }
      };

      // Until both have joined anyone may have any of them: only what comes after a first round counts.
      await fill();
      await eventually('the first round', () => firstTimes([...first.records, ...second.records]).length >= 180);
      await eventually('two members', async () => {
        const [firsts, seconds] = [first.batches.length, second.batches.length];
        await fill();
        await sleep(200);
        return first.batches.length > firsts && second.batches.length > seconds;
      });
      const starts = [first.batches.length, second.batches.length] as const;
      await fill();
      const seen = (): number => firstTimes([...first.records, ...second.records]).length;
      const total = await one.offsets([a, b, extra]).then((all) => all.reduce((sum, { end }) => sum + end, 0));
      await eventually('everything', () => seen() >= total);
      await Promise.all([first.close(), second.close()]);

      const mine = numbersOf(first.batches, a, starts[0]);
      const yours = numbersOf(second.batches, a, starts[1]);
      expect(mine.size).toBe(partitions / 2);
      expect(yours.size).toBe(partitions / 2);
      expect(numbersOf(first.batches, b, starts[0])).toEqual(mine);
      expect(numbersOf(second.batches, b, starts[1])).toEqual(yours);
      expect([...mine].filter((number) => yours.has(number))).toEqual([]);
      expect(numbersOf(second.batches, extra, starts[1]).size).toBe(partitions);
    });

    it('lose nothing while members come and go and batches run', async () => {
      const home = await opened();
      const topics = [await aTopic(home, { partitions }), await aTopic(home, { partitions })];
      const group = unique('group');
      const slowly = async (batch: RecordBatch) => {
        await sleep(20);
        return doneWith(batch);
      };
      const join = async () => collect(await opened(), topics, { group, recordsMax: 20, onBatch: slowly });
      const members = [await join()];
      const appending = (async () => {
        for (const round of range(20)) {
          for (const topic of topics) {
            await home.append(range(100).map((n) => aRecord(topic, `key-${n}`, String(round * 100 + n))));
          }
          await sleep(50);
        }
      })();

      members.push(await join());
      await sleep(300);
      members.push(await join());
      await sleep(300);
      await members[0]!.close();
      await sleep(300);
      await members[1]!.close();
      await appending;

      const all = () => firstTimes(members.flatMap(({ records }) => records));
      await eventually('all records', () => all().length >= 4_000);
      await members[2]!.close();
      expect(all()).toHaveLength(4_000);
    });

    it('take over where a member that left stood', async () => {
      const [one, other] = [await opened(), await opened()];
      const topic = await aTopic(one, { partitions: 2 });
      const group = unique('group');
      const leaving = await collect(one, [topic], { group });
      await one.append(range(20).map((n) => aRecord(topic, `key-${n}`, 'before')));
      await eventually('the first records', () => leaving.records.length >= 20);
      await leaving.close();
      expect(leaving.isConsuming()).toBe(false);

      const staying = await collect(other, [topic], { group });
      await one.append(range(20).map((n) => aRecord(topic, `key-${n}`, 'after')));
      await eventually('the later records', () => staying.records.length >= 20);
      await staying.close();

      expect(new Set(staying.records.map(textOf))).toEqual(new Set(['after']));
    });

    it('stay in the group through a batch longer than the session time-out', async () => {
      const log = await opened({ sessionTimeoutMs: 1_000 });
      const topic = await aTopic(log);
      const other = await aTopic(log);
      const { opened: ended, open: end } = gate();
      const consumer = await collect(log, [topic, other], {
        onBatch: async (batch) => {
          if (batch.topic === topic) await ended;
          return doneWith(batch);
        },
      });
      await log.append([aRecord(topic, 'a', '1')]);
      await eventually('the long batch', () => consumer.records.length === 1);

      await sleep(2_500);
      expect(consumer.isConsuming()).toBe(true);
      end();
      await log.append([aRecord(topic, 'a', '2'), aRecord(other, 'a', '3')]);
      await eventually('the rest', () => consumer.records.length >= 3);
      await consumer.close();

      expect(consumer.records.map(textOf).sort()).toEqual(['1', '2', '3']);
    });
  });

  describe('beside other clients', () => {
    it('reads what a foreign producer wrote: another partitioner, no headers, several of a name, no value', async () => {
      const log = await opened();
      const topic = await aTopic(log, { partitions: 2 });
      const foreign = client.producer({ allowAutoTopicCreation: false, createPartitioner: () => () => 1 });
      await foreign.connect();
      await foreign.send({
        topic,
        compression: CompressionTypes.None,
        messages: [
          { key: 'm1', value: '{"purchaseId":"p1"}' },
          { key: null, value: 'x', headers: { twice: ['one', 'two'], some: Buffer.from('€') } },
          { key: 'm2', value: null },
        ],
      });
      await foreign.disconnect();

      const consumer = await collect(log, [topic]);
      await eventually('all three', () => consumer.records.length >= 3);
      await consumer.close();

      expect(consumer.records.map(({ partition, key, headers }) => ({ partition, key, headers }))).toEqual([
        { partition: 1, key: 'm1', headers: {} },
        { partition: 1, key: null, headers: { twice: 'two', some: '€' } },
        { partition: 1, key: 'm2', headers: {} },
      ]);
      expect(consumer.records.map(textOf)).toEqual(['{"purchaseId":"p1"}', 'x', null]);
    });

    it('passes over what transactions leave behind: markers, and what was aborted', async () => {
      const log = await opened();
      const topic = await aTopic(log);
      const foreign = client.producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
      await foreign.connect();
      for (const [value, isKept] of [
        ['one', true],
        ['never', false],
        ['two', true],
      ] as const) {
        const transaction = await foreign.transaction();
        await transaction.send({ topic, messages: [{ key: 'a', value }] });
        await (isKept ? transaction.commit() : transaction.abort());
      }
      await foreign.disconnect();

      const consumer = await collect(log, [topic]);
      await eventually('two records', () => consumer.records.length >= 2);
      await log.append([aRecord(topic, 'a', 'three')]);
      await eventually('three records', () => consumer.records.length >= 3);
      await consumer.close();

      expect(consumer.records.map(textOf)).toEqual(['one', 'two', 'three']);
    });

    it("partitions as Kafka's own clients do", async () => {
      const log = await opened();
      const topic = await aTopic(log, { partitions: 5 });
      await log.append(range(50).map((n) => aRecord(topic, `key-${n}`, '')));
      const bounds = await log.offsets([topic]);
      const records = await Promise.all(
        bounds.map(({ partition }) => log.read({ topic, partition, offset: 0, limit: 100 })),
      );
      expect(records.flat()).toHaveLength(50);
      for (const { key, partition } of records.flat()) expect(partition).toBe(partitionOf(key!, 5));
    });

    it('keeps to its namespace', async () => {
      const [alone, apart] = [await opened({ namespace: unique('a') }), await opened({ namespace: unique('b') })];
      const topic = unique('topic');
      const spec = { topic, partitions: 1, cleanup: 'delete' as const, retentionMs: null };
      await alone.ensureTopics([spec]);
      expect(await apart.offsets([topic])).toEqual([]);
      await apart.ensureTopics([spec]);
      await alone.append([aRecord(topic, 'a', 'mine')]);
      await apart.append([aRecord(topic, 'a', 'yours')]);

      const consumers = await Promise.all([alone, apart].map((log) => collect(log, [topic], { group: 'same' })));
      await eventually('both', () => consumers.every(({ records }) => records.length > 0));
      await Promise.all(consumers.map((consumer) => consumer.close()));

      expect(consumers.map(({ records }) => records.map((record) => [record.topic, textOf(record)]))).toEqual([
        [[topic, 'mine']],
        [[topic, 'yours']],
      ]);
    });
  });

  describe('topics', () => {
    it('are created with the broker as their clock, kept as they are said to be', async () => {
      const log = await opened();
      const forever = await aTopic(log);
      const days = await aTopic(log, { retentionMs: 86_400_000 });
      const compacted = await aTopic(log, { cleanup: 'compact' });
      const admin = client.admin();
      await admin.connect();
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [forever, days, compacted].map((name) => ({ type: 2, name })),
      });
      await admin.disconnect();
      const setting = (at: number, name: string) =>
        resources[at]!.configEntries.find(({ configName }) => configName === name)!.configValue;

      expect([0, 1, 2].map((at) => setting(at, 'message.timestamp.type'))).toEqual(range(3).map(() => 'LogAppendTime'));
      expect([0, 1].map((at) => setting(at, 'retention.ms'))).toEqual(['-1', '86400000']);
      expect([0, 1, 2].map((at) => setting(at, 'cleanup.policy'))).toEqual(['delete', 'delete', 'compact']);
    });

    it('refuse, where compacted, a record without a key, and take what others append meanwhile', async () => {
      const log = await opened();
      const [compacted, other] = [await aTopic(log, { cleanup: 'compact' }), await aTopic(log)];

      const [refused] = await Promise.allSettled([
        log.append([aRecord(compacted, null, '1')]),
        log.append([aRecord(other, null, '2')]),
      ]);

      expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(KeylessRecord) as unknown });
      expect(await boundsOf(log, other)).toMatchObject({ end: 1 });
    });

    it('must exist before they are subscribed to or read', async () => {
      const log = await opened();
      await expect(collect(log, [unique('unheard-of')])).rejects.toThrow(UnknownTopic);
      const reading = log.read({ topic: unique('unheard-of'), partition: 0, offset: 0, limit: 1 });
      await expect(reading).rejects.toThrow(UnknownTopic);
    });
  });

  it('sends an append of one that is too large alone, so that the others are taken', async () => {
    const log = await opened();
    const topic = await aTopic(log);
    const [refused, taken] = await Promise.allSettled([
      log.append([aRecord(topic, 'a', randomBytes(9_000_000))]),
      log.append([aRecord(topic, 'a', 'small')]),
    ]);

    expect([refused.status, taken.status]).toEqual(['rejected', 'fulfilled']);
    expect((await log.read({ topic, partition: 0, offset: 0, limit: 10 })).map(textOf)).toContain('small');
  });

  it('refuses work once it is closed, and is not ready', async () => {
    const log = await opened();
    const topic = await aTopic(log);
    await log.close();
    await expect(log.append([aRecord(topic, 'a', '1')])).rejects.toThrow(LogClosed);
    await expect(collect(log, [topic])).rejects.toThrow(LogClosed);
    expect(await log.isReady()).toBe(false);
  });
}
