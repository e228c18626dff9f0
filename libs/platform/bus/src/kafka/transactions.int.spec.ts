import { randomUUID } from 'node:crypto';
import type { Kafka, Producer, Transaction } from 'kafkajs';
import {
  aRecord,
  aTopic,
  boundsOf,
  type Collector,
  collect,
  eventually,
  textOf,
} from '../features/harness.features.js';
import { kafkaSuite } from './kafka.features.js';

kafkaSuite('transactions of foreign producers on Kafka', ({ opened, client }) => {
  const producers: Producer[] = [];
  afterEach(async () => {
    await Promise.all(producers.splice(0).map((producer) => producer.disconnect()));
  });

  const aProducer = async (kafka: Kafka): Promise<Producer> => {
    const producer = kafka.producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
    producers.push(producer);
    await producer.connect();
    return producer;
  };
  const send = async (transaction: Transaction, topic: string, ...values: string[]): Promise<void> => {
    // One request each, so that each is a batch of its own on the log.
    for (const value of values) await transaction.send({ topic, messages: [{ key: 'a', value }] });
  };
  const transact = async (producer: Producer, topic: string, end: 'commit' | 'abort', ...values: string[]) => {
    const transaction = await producer.transaction();
    await send(transaction, topic, ...values);
    await transaction[end]();
  };
  /** Where the consumer stands, by what it was handed last. */
  const positionOf = ({ batches }: Collector): number => batches.at(-1)?.next ?? 0;
  const committed = async (topic: string, group: string): Promise<number> => {
    const admin = client.admin();
    await admin.connect();
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    await admin.disconnect();
    return Number(found?.partitions[0]?.offset);
  };

  it('are passed over: their marks, and what was aborted', async () => {
    const log = await opened();
    const topic = await aTopic(log);
    const producer = await aProducer(client);
    await transact(producer, topic, 'commit', 'one');
    await transact(producer, topic, 'abort', 'never');
    await transact(producer, topic, 'commit', 'two');

    const consumer = await collect(log, [topic]);
    await eventually('two records', () => consumer.records.length >= 2);
    await log.append([aRecord(topic, 'a', 'three')]);
    await eventually('three records', () => consumer.records.length >= 3);
    await consumer.close();

    expect(consumer.records.map(textOf)).toEqual(['one', 'two', 'three']);
    expect((await log.read({ topic, partition: 0, offset: 0, limit: 10 })).map(textOf)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  it.each(['commit', 'abort'] as const)('leave no lag when a partition ends with a %s', async (end) => {
    const log = await opened();
    const topic = await aTopic(log);
    const group = randomUUID();
    const consumer = await collect(log, [topic], { group });
    await log.append([aRecord(topic, 'a', 'first')]);
    await eventually('the first record', () => consumer.records.length === 1);

    await transact(await aProducer(client), topic, end, 'one', 'two');

    // The coordinator answers before the mark is in the log, which until then ends in front of the transaction.
    await eventually('the mark', async () => (await boundsOf(log, topic)).end === 4);
    await eventually('the end of the log', () => positionOf(consumer) === 4);
    await eventually("the group's position", async () => (await committed(topic, group)) === 4);
    await consumer.close();
    expect(consumer.records.map(textOf)).toEqual(end === 'commit' ? ['first', 'one', 'two'] : ['first']);
  });

  it('leave no lag to a member that begins at a mark', async () => {
    const log = await opened();
    const topic = await aTopic(log);
    const group = randomUUID();
    await transact(await aProducer(client), topic, 'commit', 'one');
    const first = await collect(log, [topic], {
      group,
      onBatch: ({ records, next }) => ({
        kind: 'done',
        next: records.length > 0 ? (records.at(-1)?.offset ?? 0) + 1 : next,
      }),
    });
    await eventually('the record', () => first.records.length === 1);
    await first.close();
    const { end } = await boundsOf(log, topic);
    expect(end).toBe(2);

    const second = await collect(log, [topic], { group });
    await eventually('the end', async () => (await committed(topic, group)) === end);
    await second.close();
    expect(second.records).toEqual([]);
  });

  it('hide nothing from one who seeks back from a mark', async () => {
    const log = await opened();
    const topic = await aTopic(log);
    await log.append([aRecord(topic, 'a', 'first'), aRecord(topic, 'a', 'second')]);
    let isBack = false;
    const consumer = await collect(log, [topic], {
      onBatch: ({ records, next }) => {
        if (records.length > 0 || isBack) return { kind: 'done', next };
        isBack = true;
        return { kind: 'seek', next: 1 };
      },
    });
    await eventually('both', () => consumer.records.length === 2);
    await transact(await aProducer(client), topic, 'abort', 'never');

    await eventually('the second again', () => consumer.records.length === 3 && positionOf(consumer) === 4);
    await consumer.close();
    expect(consumer.records.map(textOf)).toEqual(['first', 'second', 'second']);
  });

  it('that overlap and are both aborted deliver nothing', async () => {
    const log = await opened();
    const topic = await aTopic(log);
    const consumer = await collect(log, [topic]);
    await log.append([aRecord(topic, 'a', 'first')]);
    await eventually('the first record', () => consumer.records.length === 1);
    const [one, other] = [await aProducer(client), await aProducer(client)];
    const [early, late] = [await one.transaction(), await other.transaction()];
    await send(early, topic, 'never 1');
    await send(late, topic, 'never 2', 'never 3');
    await send(early, topic, 'never 4');
    await early.abort();
    // What it is given next begins inside the second transaction, and the first ends behind that.
    await eventually('the second transaction', () => positionOf(consumer) === 2);
    await late.abort();
    await log.append([aRecord(topic, 'a', 'last')]);

    await eventually('the end', () => positionOf(consumer) === 8);
    await consumer.close();
    expect(consumer.records.map(textOf)).toEqual(['first', 'last']);
    expect((await log.read({ topic, partition: 0, offset: 2, limit: 10 })).map(textOf)).toEqual(['last']);
  });
});
