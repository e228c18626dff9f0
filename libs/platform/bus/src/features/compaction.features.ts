import type { Log } from '../log.js';
import {
  aRecord,
  aTopic,
  boundsOf,
  collect,
  eventually,
  firstTimes,
  range,
  type Suite,
  textOf,
} from './harness.features.js';

export function compactionFeatures(suite: Suite, compact: (log: Log, topic: string) => Promise<void>): void {
  const aCompactedTopic = () => aTopic(suite.log(), { cleanup: 'compact' });
  const contents = async (topic: string) => {
    const { earliest } = await boundsOf(suite.log(), topic);
    const records = await suite.log().read({ topic, partition: 0, offset: earliest, limit: 100_000 });
    return records.map((record) => `${record.key}=${textOf(record)}`);
  };

  it('keeps the last record of each key, at its offset', async () => {
    const topic = await aCompactedTopic();
    await suite.log().append(range(30).map((n) => aRecord(topic, `key-${n % 3}`, String(n))));
    const before = await suite.log().read({ topic, partition: 0, offset: 0, limit: 100 });

    await compact(suite.log(), topic);

    await eventually('compaction', async () => (await contents(topic)).length === 3);
    expect(await contents(topic)).toEqual(['key-0=27', 'key-1=28', 'key-2=29']);
    expect(await suite.log().read({ topic, partition: 0, offset: 0, limit: 100 })).toEqual(before.slice(-3));
  });

  it('removes the keys of tombstones, and in the end the tombstones', async () => {
    const topic = await aCompactedTopic();
    await suite
      .log()
      .append([
        aRecord(topic, 'gone', '1'),
        aRecord(topic, 'stays', '2'),
        aRecord(topic, 'gone', null),
        aRecord(topic, 'last', '3'),
      ]);

    await compact(suite.log(), topic);

    await eventually('compaction', async () => (await contents(topic)).length === 2);
    expect(await contents(topic)).toEqual(['stays=2', 'last=3']);
  });

  it('compacts again what came later', async () => {
    const topic = await aCompactedTopic();
    for (const round of range(3)) {
      await suite.log().append(range(4).map((n) => aRecord(topic, `key-${n}`, String(round))));
      await compact(suite.log(), topic);
    }

    await eventually('compaction', async () => (await contents(topic)).length === 4);
    expect(await contents(topic)).toEqual(range(4).map((n) => `key-${n}=2`));
  });

  it('leads a reader over the holes', async () => {
    const topic = await aCompactedTopic();
    await suite.log().append(range(2_000).map((n) => aRecord(topic, `key-${n % 7}`, String(n))));
    await compact(suite.log(), topic);
    await eventually('compaction', async () => (await contents(topic)).length === 7);

    const consumer = await collect(suite.log(), [topic], { recordsMax: 2 });
    await suite.log().append([aRecord(topic, 'new', 'new')]);
    await eventually('the new record', () => consumer.records.some((record) => textOf(record) === 'new'));
    await consumer.close();

    expect(firstTimes(consumer.records).map(textOf)).toEqual([...range(7).map((n) => String(1_993 + n)), 'new']);
  });

  it('still shows the end to who has read it, so that nothing seems left to read', async () => {
    const topic = await aCompactedTopic();
    await suite.log().append([aRecord(topic, 'a', '1'), aRecord(topic, 'a', null)]);

    await compact(suite.log(), topic);

    const { end } = await boundsOf(suite.log(), topic);
    const consumer = await collect(suite.log(), [topic]);
    await eventually('the last record', () => consumer.records.at(-1)?.offset === end - 1);
    await consumer.close();
  });

  it('refuses a record without a key', async () => {
    const topic = await aCompactedTopic();

    await expect(suite.log().append([aRecord(topic, null, '1')])).rejects.toThrow();
  });
}
