import {
  aRecord,
  aTopic,
  boundsOf,
  collect,
  eventually,
  range,
  type Suite,
  textOf,
  unique,
} from './harness.features.js';

export function offsetFeatures(suite: Suite): void {
  it('knows where each partition begins and ends, and leaves out topics it does not know', async () => {
    const topic = await aTopic(suite.log(), { partitions: 3 });
    const before = await suite.log().offsets([unique('unheard-of'), topic]);
    expect(before.map(({ partition }) => partition).sort()).toEqual([0, 1, 2]);
    expect(before.every(({ earliest, end }) => earliest === end)).toBe(true);

    await suite.log().append(range(10).map(() => aRecord(topic, 'a', '')));

    const after = await suite.log().offsets([topic]);
    expect(after.reduce((sum, { earliest, end }) => sum + end - earliest, 0)).toBe(10);
  });

  it('reads up to so many records from an offset on', async () => {
    const topic = await aTopic(suite.log());
    await suite.log().append(range(20).map((n) => aRecord(topic, 'a', String(n))));
    const { earliest, end } = await boundsOf(suite.log(), topic);

    const read = async (offset: number, limit: number) =>
      (await suite.log().read({ topic, partition: 0, offset, limit })).map(textOf);
    expect(await read(earliest + 5, 3)).toEqual(['5', '6', '7']);
    expect(await read(earliest + 18, 10)).toEqual(['18', '19']);
    expect(await read(end, 10)).toEqual([]);
  });

  it('creates what is missing only: a second call changes nothing, fewer partitions neither', async () => {
    const topic = await aTopic(suite.log(), { partitions: 3 });
    await suite.log().append([aRecord(topic, 'a', '1')]);
    const offsets = await suite.log().offsets([topic]);

    await suite.log().ensureTopics([{ topic, partitions: 3, cleanup: 'delete', retentionMs: null }]);
    await suite.log().ensureTopics([{ topic, partitions: 1, cleanup: 'delete', retentionMs: null }]);

    expect(await suite.log().offsets([topic])).toEqual(offsets);
  });

  it('creates topics for many callers at once', async () => {
    const specs = range(5).map((n) => ({
      topic: unique(`topic-${n}`),
      partitions: 2,
      cleanup: 'delete' as const,
      retentionMs: null,
    }));

    await Promise.all(range(4).map((n) => suite.log().ensureTopics(n % 2 ? specs : [...specs].reverse())));

    expect(await suite.log().offsets(specs.map(({ topic }) => topic))).toHaveLength(10);
  });

  it('delivers from partitions that are added to a topic', async () => {
    const topic = await aTopic(suite.log(), { partitions: 1 });
    const consumer = await collect(suite.log(), [topic]);
    await suite.log().append([aRecord(topic, 'a', 'first')]);
    await eventually('the first record', () => consumer.records.length > 0);

    await suite.log().ensureTopics([{ topic, partitions: 4, cleanup: 'delete', retentionMs: null }]);
    await suite.log().append(range(40).map((n) => aRecord(topic, `key-${n}`, '')));

    await eventually('all records', () => consumer.records.length >= 41);
    await consumer.close();
    expect(new Set(consumer.records.map(({ partition }) => partition)).size).toBe(4);
  });

  it('is ready while appends succeed', async () => {
    expect(await suite.log().isReady()).toBe(true);
  });
}
