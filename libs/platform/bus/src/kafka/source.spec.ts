import type { BatchOutcome, Stretch } from '../log.js';
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

/** Records from one offset to another, with marks of the log behind them up to `next`. */
const stretch = (from: number, to: number, next = to, size = 1): Stretch => ({
  from,
  next,
  records: Array.from({ length: to - from }, (_, n) => ({
    topic: 'topic',
    partition: 0,
    offset: from + n,
    key: null,
    value: Buffer.alloc(size),
    headers: {},
    appendedAt: new Date(0),
  })),
});

const offsets = ({ records }: Stretch): number[] => records.map(({ offset }) => offset);

async function taken(source: KafkaSource): Promise<Stretch> {
  const batch = await source.take();
  if (!batch) throw new Error('There was nothing to take.');
  return batch;
}

async function hand(source: KafkaSource, outcome: (batch: Stretch) => BatchOutcome): Promise<number[]> {
  const batch = await taken(source);
  source.settle(outcome(batch), batch);
  return offsets(batch);
}

const done = ({ next }: Stretch): BatchOutcome => ({ kind: 'done', next });

describe('a source', () => {
  it('hands what was fetched in batches, and has nothing to do in between', async () => {
    const [source, asked] = aSource();
    expect(source.dueAt()).toBe(Infinity);
    source.offer(stretch(0, 3));

    expect([await hand(source, done), await hand(source, done)]).toEqual([[0, 1], [2]]);

    expect(source.dueAt()).toBe(Infinity);
    expect(asked).toEqual({ fetched: [], held: [], committed: [2, 3], strayed: [] });
  });

  it('is held while it has enough, and let go when it has not', async () => {
    const [source, asked] = aSource();
    source.offer(stretch(0, 4));
    expect(asked.held).toEqual([true]);
    await hand(source, done);
    expect(asked.held).toEqual([true, false]);

    const [heavy, askedOfHeavy] = aSource();
    heavy.offer(stretch(0, 1, 1, 1_000));
    expect(askedOfHeavy.held).toEqual([true]);
  });

  it('hands the same batch again after a retry, though more has come', async () => {
    const [source] = aSource();
    source.offer(stretch(0, 1));
    await hand(source, () => ({ kind: 'retry', afterMs: 500 }));
    expect(source.dueAt()).toBeGreaterThan(performance.now() + 400);
    source.offer(stretch(1, 3));
    expect([await hand(source, done), await hand(source, done)]).toEqual([[0], [1, 2]]);
  });

  it('waits longer each time a handler threw, up to a limit', async () => {
    const [source] = aSource();
    source.offer(stretch(0, 1));
    const waits: number[] = [];
    for (let failure = 0; failure < 4; failure += 1) {
      source.fail(await source.take());
      waits.push(Math.round((source.dueAt() - performance.now()) / 1_000));
    }
    expect(waits).toEqual([1, 2, 4, 4]);
  });

  it('seeks within what it has without a fetch, and fetches for the rest', async () => {
    const [source, asked] = aSource();
    source.offer(stretch(10, 16));
    await hand(source, () => ({ kind: 'seek', next: 14 }));
    expect(asked.fetched).toEqual([]);
    expect(await hand(source, () => ({ kind: 'seek', next: 3 }))).toEqual([14, 15]);
    expect(asked.fetched).toEqual([3]);
    expect(source.dueAt()).toBe(Infinity);
    source.offer(stretch(3, 4));
    expect(await hand(source, () => ({ kind: 'seek', next: 99 }))).toEqual([3]);
    expect(asked).toMatchObject({ fetched: [3, 99], committed: [] });
  });

  it('takes what the log gives when that lies below its position, and forgets what was in hand', async () => {
    const [source, asked] = aSource();
    source.offer(stretch(100, 102));
    const inHand = await taken(source);
    source.offer(stretch(0, 2));
    source.settle(done(inHand), inHand);

    expect(asked).toMatchObject({ strayed: [[102, 0]], committed: [] });
    expect(await hand(source, done)).toEqual([0, 1]);
  });

  describe('where the log has marks of its own', () => {
    it('passes those behind a record with it, and those before it count as read', async () => {
      const [source, asked] = aSource();
      source.offer(stretch(0, 1, 2));
      source.offer({ ...stretch(4, 5, 6), from: 2 });
      const batch = await taken(source);
      expect(batch).toMatchObject({ from: 0, next: 6 });
      source.settle({ kind: 'done', next: 1 }, batch);
      expect(await taken(source)).toMatchObject({ from: 2, next: 6 });
      expect(asked).toMatchObject({ fetched: [], committed: [1] });
    });

    it('hands them alone when no record follows', async () => {
      const [source, asked] = aSource();
      source.offer(stretch(0, 1));
      await hand(source, done);
      source.offer({ from: 1, records: [], next: 2 });
      expect(source.dueAt()).toBeGreaterThan(performance.now());
      expect(source.dueAt()).toBeLessThan(performance.now() + 1_000);
      source.offer({ from: 2, records: [], next: 4 });

      expect(await taken(source)).toEqual({ from: 1, records: [], next: 4 });
      await hand(source, done);
      expect(source.dueAt()).toBe(Infinity);
      expect(asked).toEqual({ fetched: [], held: [], committed: [1, 4], strayed: [] });
    });

    it('hands those that were left behind a record', async () => {
      const [source] = aSource();
      source.offer(stretch(0, 1, 3));
      await hand(source, () => ({ kind: 'done', next: 1 }));
      expect(await taken(source)).toEqual({ from: 1, records: [], next: 3 });
    });

    it('hands them with the record that came after a retry', async () => {
      const [source] = aSource();
      source.offer({ from: 0, records: [], next: 2 });
      await hand(source, () => ({ kind: 'retry', afterMs: 0 }));
      source.offer(stretch(2, 3));
      expect(await taken(source)).toMatchObject({ from: 0, records: [{ offset: 2 }], next: 3 });
    });

    it('does not take a hole before a record for marks', async () => {
      const [source] = aSource();
      source.offer({ from: 0, records: [], next: 2 });
      source.offer(stretch(9, 10));
      expect(await taken(source)).toMatchObject({ from: 9 });
    });

    it('fetches again what a position before them asks for', async () => {
      const [source, asked] = aSource();
      source.offer({ from: 7, records: [], next: 8 });
      await hand(source, () => ({ kind: 'seek', next: 3 }));
      expect(asked.fetched).toEqual([3]);
      expect(source.dueAt()).toBe(Infinity);
    });
  });

  it('says nothing to the log once the partition is lost', async () => {
    const [source, asked] = aSource();
    source.offer(stretch(0, 8));
    const inHand = await taken(source);
    source.lose();
    source.settle(done(inHand), inHand);
    expect(asked).toEqual({ fetched: [], held: [true, false], committed: [], strayed: [] });
    expect(source.dueAt()).toBe(Infinity);
  });

  it('goes on behind what it has after the group was joined again', () => {
    const [source, asked] = aSource();
    source.resume();
    source.offer(stretch(5, 7, 8));
    source.resume();
    expect(asked.fetched).toEqual([8]);
  });

  it('refuses an outcome that names no offset', async () => {
    const [source] = aSource();
    source.offer(stretch(0, 1));
    await expect(hand(source, () => ({ kind: 'done', next: -1 }))).rejects.toThrow('named -1');
  });
});
