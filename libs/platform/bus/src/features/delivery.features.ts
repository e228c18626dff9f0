import {
  aKeyPerPartition,
  aRecord,
  aTopic,
  collect,
  doneWith,
  eventually,
  firstTimes,
  gate,
  range,
  type Suite,
  textOf,
  unique,
} from './harness.features.js';

export function deliveryFeatures(suite: Suite): void {
  const append = (topic: string, values: readonly number[], key = 'a') =>
    suite.log().append(values.map((n) => aRecord(topic, key, String(n))));

  it('starts a new group at the earliest record, and goes on with what is appended later', async () => {
    const topic = await aTopic(suite.log());
    await append(topic, range(10));

    const consumer = await collect(suite.log(), [topic]);
    await eventually('the first ten', () => consumer.records.length >= 10);
    await append(topic, [10]);
    await eventually('the eleventh', () => consumer.records.length >= 11);
    await consumer.close();

    expect(firstTimes(consumer.records).map(textOf)).toEqual(range(11).map(String));
  });

  it('gives every group all records, however slow another is', async () => {
    const topic = await aTopic(suite.log());
    const { opened, open } = gate();
    const stuck = await collect(suite.log(), [topic], { onBatch: (batch) => opened.then(() => doneWith(batch)) });
    const free = await collect(suite.log(), [topic]);

    await append(topic, range(100));

    await eventually('all records at the free group', () => free.records.length >= 100);
    open();
    await eventually('all records at the stuck group', () => stuck.records.length >= 100);
    await Promise.all([stuck.close(), free.close()]);
  });

  it('never hands two batches of one partition number at once, whatever their topics', async () => {
    const partitions = 3;
    const topics = await Promise.all(range(3).map(() => aTopic(suite.log(), { partitions })));
    const busy = new Map<number, number>();
    let most = 0;
    const consumer = await collect(suite.log(), topics, {
      recordsMax: 5,
      onBatch: async (batch) => {
        busy.set(batch.partition, (busy.get(batch.partition) ?? 0) + 1);
        most = Math.max(most, busy.get(batch.partition)!);
        await new Promise((resolve) => setImmediate(resolve));
        busy.set(batch.partition, busy.get(batch.partition)! - 1);
        return doneWith(batch);
      },
    });

    for (const topic of topics) {
      await suite.log().append(range(300).map((n) => aRecord(topic, `key-${n}`, String(n))));
    }

    await eventually('all records', () => firstTimes(consumer.records).length >= 900);
    await consumer.close();
    expect(most).toBe(1);
  });

  it('runs lanes side by side', async () => {
    const keys = await aKeyPerPartition(suite.log(), 2);
    const topic = await aTopic(suite.log(), { partitions: 2 });
    const arrived = [gate(), gate()];
    const consumer = await collect(suite.log(), [topic], {
      onBatch: async (batch) => {
        arrived[batch.partition]!.open();
        await Promise.all(arrived.map(({ opened }) => opened));
        return doneWith(batch);
      },
    });

    await suite.log().append(keys.map((key) => aRecord(topic, key, '')));

    await eventually('both lanes to meet', () => consumer.records.length >= 2);
    await Promise.all(arrived.map(({ opened }) => opened));
    await consumer.close();
  });

  it('gives the topics of a lane fair turns', async () => {
    const topics = [await aTopic(suite.log()), await aTopic(suite.log())];
    for (const topic of topics) await append(topic, range(50));
    const { opened, open } = gate();
    let handed = 0;
    const consumer = await collect(suite.log(), topics, {
      recordsMax: 5,
      onBatch: async (batch) => {
        handed += 1;
        if (handed === 4) open();
        return doneWith(batch);
      },
    });

    await opened;
    await eventually('the rest', () => firstTimes(consumer.records).length >= 100);
    await consumer.close();

    const early = new Set(consumer.batches.slice(0, 10).map(({ topic }) => topic));
    expect(early.size).toBe(2);
  });

  it('hands more at once of a topic for which that was asked', async () => {
    const [usual, heavy] = [await aTopic(suite.log()), await aTopic(suite.log())];
    for (const topic of [usual, heavy]) await append(topic, range(20));
    const consumer = await collect(suite.log(), [usual, heavy], { recordsMax: 2, recordsMaxOf: { [heavy]: 5 } });

    await eventually('all records', () => consumer.records.length >= 40);
    await consumer.close();

    const most = (of: string): number =>
      Math.max(...consumer.batches.filter(({ topic }) => topic === of).map(({ records }) => records.length));
    expect([most(usual), most(heavy)]).toEqual([2, 5]);
  });

  it('keeps to the limits of a batch, yet hands a single record that is larger', async () => {
    const topic = await aTopic(suite.log());
    const sizes = [10_000, 10_000, 10_000, 100_000, 10_000, 10_000];
    await suite.log().append(sizes.map((size) => aRecord(topic, 'a', Buffer.alloc(size, 1))));
    await append(topic, range(50));

    const consumer = await collect(suite.log(), [topic], { recordsMax: 10, bytesMax: 25_000 });
    await eventually('all records', () => firstTimes(consumer.records).length >= 56);
    await consumer.close();

    for (const { records } of consumer.batches) {
      const bytes = records.reduce((sum, { value }) => sum + value!.length, 0);
      expect(records.length).toBeGreaterThan(0);
      expect(records.length).toBeLessThanOrEqual(10);
      expect(records.length === 1 || bytes <= 25_000).toBe(true);
    }
  });

  it('hands ascending offsets of one topic and partition', async () => {
    const topic = await aTopic(suite.log(), { partitions: 2 });
    await suite.log().append(range(200).map((n) => aRecord(topic, `key-${n}`, '')));

    const consumer = await collect(suite.log(), [topic], { recordsMax: 30 });
    await eventually('all records', () => firstTimes(consumer.records).length >= 200);
    await consumer.close();

    for (const { partition, records } of consumer.batches) {
      const offsets = records.map(({ offset }) => offset);
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
      expect(records.every((record) => record.topic === topic && record.partition === partition)).toBe(true);
    }
  });

  it('says of each batch where it begins and where the log goes on', async () => {
    const topic = await aTopic(suite.log());
    await append(topic, range(5));
    const consumer = await collect(suite.log(), [topic], { recordsMax: 2 });
    await eventually('all five', () => consumer.records.length >= 5);
    await consumer.close();

    for (const { from, records, next } of consumer.batches) {
      expect([from, next]).toEqual([records[0]?.offset, (records.at(-1)?.offset ?? 0) + 1]);
    }
  });

  it('goes on where the group stood, after the subscription was closed and after a restart', async () => {
    const topic = await aTopic(suite.log());
    const group = unique('group');
    const consume = async (value: string): Promise<(string | null)[]> => {
      const consumer = await collect(suite.log(), [topic], { group });
      await eventually(value, () => consumer.records.some((record) => textOf(record) === value));
      await consumer.close();
      return consumer.records.map(textOf);
    };

    await append(topic, range(10));
    await consume('9');
    await append(topic, [10, 11]);
    expect(await consume('11')).toEqual(['10', '11']);
    await suite.reopen();
    await append(topic, [12]);
    expect(await consume('12')).toEqual(['12']);
  });

  it('begins where the subscriber knows that it stands, though the group is ahead and nothing new comes', async () => {
    const topic = await aTopic(suite.log(), { partitions: 2 });
    const keys = await aKeyPerPartition(suite.log(), 2);
    const group = unique('group');
    for (const key of keys) await append(topic, range(10), key);
    const ahead = await collect(suite.log(), [topic], { group });
    await eventually('all of both', () => ahead.records.length >= 20);
    await ahead.close();

    const behind = await collect(suite.log(), [topic], {
      group,
      positions: () => Promise.resolve([{ topic, partition: 1, next: 7 }]),
    });
    await eventually('the last of one', () => behind.records.length >= 3);
    await append(topic, [10], keys[0]);
    await eventually('the next of the other', () => behind.records.length >= 4);
    await behind.close();

    expect(behind.records.map(({ partition, value }) => `${partition}: ${String(value)}`)).toEqual([
      '1: 7',
      '1: 8',
      '1: 9',
      '0: 10',
    ]);
  });

  it('keeps its id, its topics and its records over a restart', async () => {
    const topic = await aTopic(suite.log(), { partitions: 2 });
    await append(topic, range(5));
    const id = await suite.log().clusterId();
    const offsets = await suite.log().offsets([topic]);

    await suite.reopen();

    expect(await suite.log().clusterId()).toBe(id);
    expect(await suite.log().offsets([topic])).toEqual(offsets);
  });

  it('waits at close for the batch under way, and hands nothing afterwards', async () => {
    const topic = await aTopic(suite.log());
    const [started, release] = [gate(), gate()];
    let finished = false;
    const consumer = await collect(suite.log(), [topic], {
      recordsMax: 1,
      onBatch: async (batch) => {
        started.open();
        await release.opened;
        await suite.log().offsets([topic]);
        finished = true;
        return doneWith(batch);
      },
    });
    await append(topic, range(3));
    await started.opened;

    const closed = consumer.close().then(() => finished);
    expect(consumer.isConsuming()).toBe(false);
    release.open();
    expect(await closed).toBe(true);

    const handed = consumer.records.length;
    await append(topic, [3]);
    const other = await collect(suite.log(), [topic]);
    await eventually('the other group to have all', () => other.records.length >= 4);
    await other.close();
    expect(consumer.records).toHaveLength(handed);
  });

  it('closes the log while appends and batches are under way, and loses nothing', async () => {
    const topic = await aTopic(suite.log());
    const group = unique('group');
    const busy = await collect(suite.log(), [topic], { group, recordsMax: 2 });
    const appends = Promise.allSettled(range(50).map((n) => append(topic, [n])));
    await eventually('the first batch', () => busy.batches.length > 0);

    await suite.reopen();

    const accepted = (await appends).flatMap(({ status }, n) => (status === 'fulfilled' ? [String(n)] : []));
    expect(busy.isConsuming()).toBe(false);
    const after = await collect(suite.log(), [topic], { group });
    await append(topic, [1_000]);
    await eventually('the last record', () => after.records.some((record) => textOf(record) === '1000'));
    await after.close();
    const seen = new Set([...busy.records, ...after.records].map(textOf));
    expect(accepted.filter((value) => !seen.has(value))).toEqual([]);
  });
}
