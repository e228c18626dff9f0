import type { RecordBatch } from '../log.js';
import {
  aRecord,
  aTopic,
  boundsOf,
  collect,
  doneWith,
  eventually,
  firstTimes,
  range,
  type Suite,
  textOf,
  unique,
} from './harness.features.js';

export function outcomeFeatures(suite: Suite): void {
  const aFilledTopic = async (count: number): Promise<string> => {
    const topic = await aTopic(suite.log());
    await suite.log().append(range(count).map((n) => aRecord(topic, 'a', String(n))));
    return topic;
  };
  const offsetsOf = ({ records }: RecordBatch): number[] => records.map(({ offset }) => offset);

  it('hands a batch again after its handler threw, and nothing behind it before', async () => {
    const topic = await aFilledTopic(30);
    let failures = 0;
    const consumer = await collect(suite.log(), [topic], {
      recordsMax: 10,
      onBatch: (batch) => {
        const middle = batch.records.some((record) => textOf(record) === '15');
        if (middle && failures < 2) {
          failures += 1;
          throw new Error('The handler failed, as this test wants it.');
        }
        return doneWith(batch);
      },
    });

    await eventually('all records', () => firstTimes(consumer.records).length >= 30);
    await consumer.close();

    expect(consumer.records.filter((record) => textOf(record) === '15').length).toBeGreaterThanOrEqual(3);
    expect(firstTimes(consumer.records).map(textOf)).toEqual(range(30).map(String));
  });

  it('does not move the group past a batch that failed', async () => {
    const topic = await aFilledTopic(3);
    const group = unique('group');
    const failing = await collect(suite.log(), [topic], {
      group,
      onBatch: () => Promise.reject(new Error('The handler failed, as this test wants it.')),
    });
    await eventually('a failure', () => failing.batches.length > 0);
    await failing.close();

    const next = await collect(suite.log(), [topic], { group });
    await eventually('all records', () => next.records.length >= 3);
    await next.close();
    expect(firstTimes(next.records).map(textOf)).toEqual(['0', '1', '2']);
  });

  it('goes on with the other topics of the lane while one fails', async () => {
    const [failing, sound] = [await aFilledTopic(1), await aFilledTopic(20)];
    const soundOnes = (): number => consumer.records.filter(({ topic }) => topic === sound).length;
    const consumer = await collect(suite.log(), [failing, sound], {
      recordsMax: 5,
      onBatch: async (batch) => {
        if (batch.topic === failing && soundOnes() < 20) throw new Error('Not before the other topic is through.');
        return doneWith(batch);
      },
    });

    await eventually('the other topic', () => soundOnes() >= 20);
    await eventually('the end of the failure', () => consumer.batches.at(-1)!.topic === failing);
    await consumer.close();
  });

  it('hands the same batch again, and no more, after the time that retry asks for', async () => {
    const topic = await aFilledTopic(5);
    const handedAt: number[] = [];
    const consumer = await collect(suite.log(), [topic], {
      onBatch: async (batch) => {
        handedAt.push(performance.now());
        if (handedAt.length === 1) await suite.log().append([aRecord(topic, 'a', 'meanwhile')]);
        return handedAt.length === 1 ? { kind: 'retry', afterMs: 200 } : doneWith(batch);
      },
    });
    await eventually('the second time', () => handedAt.length >= 2);
    await consumer.close();

    expect(handedAt[1]! - handedAt[0]!).toBeGreaterThan(190);
    expect(offsetsOf(consumer.batches[1]!)).toEqual(offsetsOf(consumer.batches[0]!));
  });

  it('goes on from the middle of a batch that is done in part', async () => {
    const topic = await aFilledTopic(10);
    const consumer = await collect(suite.log(), [topic], {
      onBatch: ({ records }) => ({ kind: 'done', next: records[Math.min(3, records.length) - 1]!.offset + 1 }),
    });
    await eventually(
      'the last record',
      () => firstTimes(consumer.records).length >= 10 && consumer.batches.length >= 4,
    );
    await consumer.close();

    const firsts = consumer.batches.map(({ records }) => textOf(records[0]!));
    expect(firsts.slice(0, 4)).toEqual(['0', '3', '6', '9']);
  });

  it('seeks backwards and forwards', async () => {
    const topic = await aFilledTopic(10);
    let step = 0;
    const consumer = await collect(suite.log(), [topic], {
      recordsMax: 2,
      onBatch: (batch) => {
        step += 1;
        const start = batch.records[0]!.offset;
        if (step === 1) return { kind: 'seek', next: start + 8 };
        if (step === 2) return { kind: 'seek', next: start - 5 };
        return doneWith(batch);
      },
    });
    await eventually('three batches', () => consumer.batches.length >= 3);
    await consumer.close();

    expect(consumer.batches.slice(0, 3).map(({ records }) => textOf(records[0]!))).toEqual(['0', '8', '3']);
  });

  it('commits nothing by a seek', async () => {
    const topic = await aFilledTopic(10);
    const group = unique('group');
    let sought = false;
    const seeking = await collect(suite.log(), [topic], {
      group,
      onBatch: ({ records }) => {
        if (sought) return { kind: 'retry', afterMs: 60_000 };
        sought = true;
        return { kind: 'seek', next: records[0]!.offset + 5 };
      },
    });
    await eventually('the batch sought', () => seeking.batches.length >= 2);
    await seeking.close();

    const next = await collect(suite.log(), [topic], { group });
    await eventually('a batch', () => next.records.length > 0);
    await next.close();
    expect(textOf(next.records[0]!)).toBe('0');
  });

  it('restarts at the earliest record from a position outside the log', async () => {
    const topic = await aFilledTopic(10);
    const { end } = await boundsOf(suite.log(), topic);
    let sought = false;
    const consumer = await collect(suite.log(), [topic], {
      onBatch: (batch) => {
        if (sought) return doneWith(batch);
        sought = true;
        return { kind: 'seek', next: end + 1_000 };
      },
    });
    await eventually('another batch', () => consumer.batches.length >= 2);
    await consumer.close();

    expect(textOf(consumer.batches[1]!.records[0]!)).toBe('0');
  });

  it('waits at the end when sought to it', async () => {
    const topic = await aFilledTopic(10);
    let sought = false;
    const consumer = await collect(suite.log(), [topic], {
      onBatch: (batch) => {
        if (sought) return doneWith(batch);
        sought = true;
        return { kind: 'seek', next: batch.records.at(-1)!.offset + 1 };
      },
    });
    await eventually('the first batch', () => consumer.batches.length >= 1);
    await suite.log().append([aRecord(topic, 'a', 'next')]);
    await eventually('the next record', () => consumer.batches.length >= 2);
    await consumer.close();

    expect(textOf(consumer.batches[1]!.records[0]!)).toBe('next');
  });
}
