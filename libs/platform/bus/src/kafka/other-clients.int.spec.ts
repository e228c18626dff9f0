import { CompressionTypes } from 'kafkajs';
import { aRecord, aTopic, collect, eventually, range, textOf, unique } from '../features/harness.features.js';
import { partitionOf } from '../partitioner.js';
import { kafkaSuite } from './kafka.features.js';

kafkaSuite('beside other clients of Kafka', ({ opened, client }) => {
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
