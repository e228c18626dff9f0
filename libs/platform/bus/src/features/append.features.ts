import { randomBytes } from 'node:crypto';
import type { LogRecord } from '../log.js';
import {
  aRecord,
  aTopic,
  collect,
  eventually,
  firstTimes,
  range,
  type Suite,
  textOf,
  unique,
} from './harness.features.js';

const PARTITIONS = 4;

export function appendFeatures(suite: Suite): void {
  const everything = async (topic: string): Promise<LogRecord[]> => {
    const read = ({ partition, earliest }: { partition: number; earliest: number }) =>
      suite.log().read({ topic, partition, offset: earliest, limit: 1_000_000 });
    return (await Promise.all((await suite.log().offsets([topic])).map(read))).flat();
  };

  it('keeps values, keys and headers byte by byte', async () => {
    const topic = await aTopic(suite.log());
    const headers = { ce_id: 'ä€😀 "quoted" \\ {comma,}', empty: '' };
    const written = [randomBytes(4_096), Buffer.alloc(0), null, Buffer.from([0, 255, 0, 128])].map((value, n) => ({
      ...aRecord(topic, `Schlüssel "${n}", ☂`, value),
      headers: n % 2 === 0 ? headers : {},
    }));

    await suite.log().append(written);

    const records = await everything(topic);
    expect(records.map(({ key, value, headers }) => ({ topic, key, value, headers }))).toEqual(written);
    expect(records[1]!.value).toEqual(Buffer.alloc(0));
  });

  it('says when it took a record, in whole milliseconds', async () => {
    const topic = await aTopic(suite.log());
    const before = Date.now();

    await suite.log().append([aRecord(topic, 'a', '1')]);

    const [record] = await everything(topic);
    expect(record!.appendedAt.getTime()).toBeGreaterThanOrEqual(before - 1_000);
    expect(record!.appendedAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('keeps the records of a key in one partition, the same in every topic with as many partitions', async () => {
    const topics = [
      await aTopic(suite.log(), { partitions: PARTITIONS }),
      await aTopic(suite.log(), { partitions: PARTITIONS }),
    ];
    const keys = range(100).map((n) => `member-${n}`);

    for (const _ of range(2)) {
      await suite.log().append(topics.flatMap((topic) => keys.map((key) => aRecord(topic, key, ''))));
    }

    const homes = new Map<string, Set<number>>(keys.map((key) => [key, new Set()]));
    for (const { key, partition } of (await Promise.all(topics.map(everything))).flat())
      homes.get(key!)!.add(partition);
    expect(Math.max(...[...homes.values()].map(({ size }) => size))).toBe(1);
    expect(new Set([...homes.values()].flatMap((home) => [...home])).size).toBe(PARTITIONS);
  });

  it('spreads records without a key', async () => {
    const topic = await aTopic(suite.log(), { partitions: PARTITIONS });

    for (const n of range(40)) await suite.log().append([aRecord(topic, null, String(n))]);

    const records = await everything(topic);
    expect(records.every(({ key }) => key === null)).toBe(true);
    expect(records.map(textOf).sort()).toEqual(range(40).map(String).sort());
    expect(new Set(records.map(({ partition }) => partition)).size).toBeGreaterThan(1);
  });

  it('keeps the order of each caller and key while many append at once', async () => {
    const topic = await aTopic(suite.log(), { partitions: PARTITIONS });
    const callers = range(20).map(async (caller) => {
      for (const round of range(10)) {
        await suite.log().append(range(3).map((n) => aRecord(topic, `key-${n}`, `${caller}:${round}`)));
      }
    });

    await Promise.all(callers);

    const records = await everything(topic);
    expect(records).toHaveLength(600);
    for (const caller of range(20).map(String)) {
      for (const key of ['key-0', 'key-1', 'key-2']) {
        const rounds = records
          .filter((record) => record.key === key && textOf(record)!.split(':')[0] === caller)
          .map((record) => Number(textOf(record)!.split(':')[1]));
        expect(rounds).toEqual(range(10));
      }
    }
  });

  it('takes appends of one caller that did not wait in the order in which they were made', async () => {
    const topic = await aTopic(suite.log());

    await Promise.all(range(50).map((n) => suite.log().append([aRecord(topic, 'a', String(n))])));

    expect((await everything(topic)).map(textOf)).toEqual(range(50).map(String));
  });

  it('carries a message of 1 MB', async () => {
    const topic = await aTopic(suite.log());
    const value = randomBytes(1_000_000);

    await suite.log().append([aRecord(topic, 'a', value)]);

    const consumer = await collect(suite.log(), [topic]);
    await eventually('the message', () => consumer.records.length > 0);
    await consumer.close();
    expect(consumer.records[0]!.value!.equals(value)).toBe(true);
  });

  it('carries 100,000 messages, in order for each key', async () => {
    const topic = await aTopic(suite.log(), { partitions: PARTITIONS });
    const consumer = await collect(suite.log(), [topic]);

    for (const chunk of range(20)) {
      await suite.log().append(range(5_000).map((n) => aRecord(topic, `key-${n % 500}`, String(chunk * 5_000 + n))));
    }

    await eventually('100,000 messages', () => consumer.records.length >= 100_000);
    await consumer.close();
    const records = firstTimes(consumer.records);
    expect(records).toHaveLength(100_000);
    const latest = new Map<string, number>();
    let misplaced = 0;
    for (const record of records) {
      const number = Number(textOf(record));
      if (number <= (latest.get(record.key!) ?? -1)) misplaced += 1;
      latest.set(record.key!, number);
    }
    expect(misplaced).toBe(0);
  });

  it('does not append what no longer may be when its turn comes, and takes what comes after', async () => {
    const topic = await aTopic(suite.log());
    await suite.log().append([aRecord(topic, 'a', '1')]);

    await expect(suite.log().append([aRecord(topic, 'a', '2')], () => false)).rejects.toThrow();
    await suite.log().append([aRecord(topic, 'a', '3')], () => true);

    expect((await everything(topic)).map(textOf)).toEqual(['1', '3']);
  });

  it('refuses an unknown topic, and takes what others append meanwhile', async () => {
    const topic = await aTopic(suite.log());

    const [refused] = await Promise.allSettled([
      suite.log().append([aRecord(unique('unheard-of'), 'a', '1')]),
      suite.log().append([aRecord(topic, 'a', '1')]),
    ]);

    expect(refused.status).toBe('rejected');
    expect(await everything(topic)).toHaveLength(1);
  });

  it('takes nothing as nothing', async () => {
    await expect(suite.log().append([])).resolves.toBeUndefined();
  });
}
