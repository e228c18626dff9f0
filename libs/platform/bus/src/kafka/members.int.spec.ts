import { setTimeout as sleep } from 'node:timers/promises';
import {
  aRecord,
  aTopic,
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
import { kafkaSuite } from './kafka.features.js';

kafkaSuite('several members of a group on Kafka', ({ opened }) => {
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

  it('are asked where they stand at each assignment, until they know, and take the group there', async () => {
    const home = await opened();
    const topic = await aTopic(home);
    const group = unique('group');
    await home.append(range(10).map((n) => aRecord(topic, 'a', String(n))));
    const ahead = await collect(home, [topic], { group });
    await eventually('all', () => ahead.records.length >= 10);
    await ahead.close();

    let asked = 0;
    const first = await collect(await opened(), [topic], {
      group,
      positions: () => {
        asked += 1;
        return asked < 3
          ? Promise.reject(new Error('no database'))
          : Promise.resolve([{ topic, partition: 0, next: 8 }]);
      },
      onBatch: () => ({ kind: 'retry', afterMs: 60_000 }),
    });
    await eventually('the last two', () => first.batches.length > 0);
    await first.close();
    const second = await collect(await opened(), [topic], { group });
    await eventually('the same two', () => second.records.length >= 2);
    await second.close();

    expect(asked).toBe(3);
    expect(first.records.map(textOf)).toEqual(['8', '9']);
    expect(second.records.map(textOf)).toEqual(['8', '9']);
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
