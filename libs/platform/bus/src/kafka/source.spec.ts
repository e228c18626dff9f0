import type { BatchOutcome, LogRecord } from '../log.js';
import { KafkaSource, type SourceContext } from './source.js';

type Asked = { fetched: number[]; held: boolean[]; committed: number[]; strayed: [number, number][] };

function aSource(limits: Partial<Pick<SourceContext, 'recordsMax' | 'bytesMax'>> = {}): [KafkaSource, Asked] {
  const asked: Asked = { fetched: [], held: [], committed: [], strayed: [] };
  const source = new KafkaSource(
    { topic: 'topic', partition: 0 },
    {
      recordsMax: 2,
      bytesMax: 1_000,
      backOffMs: { first: 1_000, max: 4_000 },
      ...limits,
      fetchFrom: (_, offset) => void asked.fetched.push(offset),
      hold: (_, isHeld) => void asked.held.push(isHeld),
      commit: (_, next) => void asked.committed.push(next),
      strayed: (_, position, found) => void asked.strayed.push([position, found]),
    },
  );
  return [source, asked];
}

const records = (from: number, to: number, size = 1): LogRecord[] =>
  Array.from({ length: to - from }, (_, n) => ({
    topic: 'topic',
    partition: 0,
    offset: from + n,
    key: null,
    value: Buffer.alloc(size),
    headers: {},
    appendedAt: new Date(0),
  }));

async function hand(source: KafkaSource, outcome: (batch: readonly LogRecord[]) => BatchOutcome): Promise<number[]> {
  const batch = await source.take();
  source.settle(outcome(batch), batch);
  return batch.map(({ offset }) => offset);
}

const done = (batch: readonly LogRecord[]): BatchOutcome => ({ kind: 'done', next: batch.at(-1)!.offset + 1 });

describe('a source', () => {
  it('hands what was fetched in batches, and has nothing to do in between', async () => {
    const [source, asked] = aSource();
    expect(source.dueAt()).toBe(Infinity);
    source.offer(records(0, 3), 3);

    expect([await hand(source, done), await hand(source, done)]).toEqual([[0, 1], [2]]);

    expect(source.dueAt()).toBe(Infinity);
    expect(asked).toEqual({ fetched: [], held: [], committed: [2, 3], strayed: [] });
  });

  it('is held while it has enough, and let go when it has not', async () => {
    const [source, asked] = aSource();
    source.offer(records(0, 8), 8);
    expect(asked.held).toEqual([true]);
    await hand(source, done);
    expect(asked.held).toEqual([true, false]);

    const [heavy, askedOfHeavy] = aSource();
    heavy.offer(records(0, 1, 1_000), 1);
    expect(askedOfHeavy.held).toEqual([true]);
  });

  it('hands the same batch again after a retry, though more has come', async () => {
    const [source] = aSource();
    source.offer(records(0, 1), 1);
    await hand(source, () => ({ kind: 'retry', afterMs: 500 }));
    expect(source.dueAt()).toBeGreaterThan(performance.now() + 400);
    source.offer(records(1, 3), 3);
    expect([await hand(source, done), await hand(source, done)]).toEqual([[0], [1, 2]]);
  });

  it('waits longer each time a handler threw, up to a limit', async () => {
    const [source] = aSource();
    source.offer(records(0, 1), 1);
    const waits: number[] = [];
    for (let failure = 0; failure < 4; failure += 1) {
      source.fail(await source.take());
      waits.push(Math.round((source.dueAt() - performance.now()) / 1_000));
    }
    expect(waits).toEqual([1, 2, 4, 4]);
  });

  it('seeks within what it has without a fetch, and fetches for the rest', async () => {
    const [source, asked] = aSource();
    source.offer(records(10, 16), 16);
    await hand(source, () => ({ kind: 'seek', next: 14 }));
    expect(asked.fetched).toEqual([]);
    expect(await hand(source, () => ({ kind: 'seek', next: 3 }))).toEqual([14, 15]);
    expect(asked.fetched).toEqual([3]);
    expect(source.dueAt()).toBe(Infinity);
    source.offer(records(3, 4), 4);
    expect(await hand(source, () => ({ kind: 'seek', next: 99 }))).toEqual([3]);
    expect(asked).toMatchObject({ fetched: [3, 99], committed: [] });
  });

  it('takes what the log gives when that lies below its position, and forgets what was in hand', async () => {
    const [source, asked] = aSource();
    source.offer(records(100, 102), 102);
    const inHand = await source.take();
    source.offer(records(0, 2), 2);
    source.settle(done(inHand), inHand);

    expect(asked).toMatchObject({ strayed: [[102, 0]], committed: [] });
    expect(await hand(source, done)).toEqual([0, 1]);
  });

  it('says nothing to the log once the partition is lost', async () => {
    const [source, asked] = aSource();
    source.offer(records(0, 8), 8);
    const inHand = await source.take();
    source.lose();
    source.settle(done(inHand), inHand);
    expect(asked).toEqual({ fetched: [], held: [true, false], committed: [], strayed: [] });
    expect(source.dueAt()).toBe(Infinity);
  });

  it('goes on behind what it has after the group was joined again', () => {
    const [source, asked] = aSource();
    source.resume();
    source.offer(records(5, 7), 8);
    source.resume();
    expect(asked.fetched).toEqual([8]);
  });

  it('refuses an outcome that names no offset', async () => {
    const [source] = aSource();
    source.offer(records(0, 1), 1);
    await expect(hand(source, () => ({ kind: 'done', next: -1 }))).rejects.toThrow('named -1');
  });
});
