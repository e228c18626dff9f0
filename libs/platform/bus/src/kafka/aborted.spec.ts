import { abortedOf, type FetchedMessage } from './aborted.js';

const message = (offset: number, producerId: string, more: Partial<FetchedMessage> = {}): FetchedMessage =>
  ({
    offset: String(offset),
    key: null,
    isControlRecord: false,
    batchContext: { producerId, inTransaction: true },
    ...more,
  }) as FetchedMessage;
const mark = (offset: number, producerId: string, end: 'abort' | 'commit'): FetchedMessage =>
  message(offset, producerId, { isControlRecord: true, key: Buffer.from([0, 0, 0, end === 'abort' ? 0 : 1]) });
const offsets = (messages: FetchedMessage[], aborted: [string, number][]): number[] =>
  [
    ...abortedOf({
      messages,
      abortedTransactions: aborted.map(([producerId, first]) => ({ producerId, firstOffset: String(first) })),
    }),
  ].map(({ offset }) => Number(offset));

describe('the aborted of a fetch', () => {
  it('are none where nothing was aborted', () => {
    expect(abortedOf({ messages: [message(1, 'a')], abortedTransactions: null }).size).toBe(0);
  });

  it("are a producer's messages up to its mark, and no longer", () => {
    const messages = [message(1, 'a'), message(2, 'b'), mark(3, 'a', 'abort'), message(4, 'a'), mark(5, 'a', 'commit')];
    expect(offsets(messages, [['a', 1]])).toEqual([1]);
  });

  it('are those of all transactions that began before the first message', () => {
    const messages = [message(7, 'b'), message(8, 'a'), mark(9, 'a', 'abort'), mark(10, 'b', 'abort')];
    expect(
      offsets(messages, [
        ['b', 6],
        ['a', 5],
      ]),
    ).toEqual([7, 8]);
  });

  it("are not what the same producer sent without a transaction, nor a committed one's between", () => {
    const outside = message(2, 'a', { batchContext: { producerId: 'a', inTransaction: false } });
    expect(offsets([message(1, 'a'), outside, message(3, 'c'), mark(4, 'c', 'commit')], [['a', 1]])).toEqual([1]);
  });
});
