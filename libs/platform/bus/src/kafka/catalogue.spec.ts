import type { Admin } from 'kafkajs';
import { Catalogue } from './catalogue.js';
import { Names } from './names.js';

/** As kafkajs stumbles over a topic that is not in the metadata it has. */
const stumble = (): never => {
  const found: { partitions: never[] }[] = [];
  const { partitions } = found.pop() as { partitions: never[] };
  return partitions as never;
};

describe('the offsets of a topic', () => {
  let answers: (() => { partition: number; offset: string; low: string; high: string }[])[];
  let open: number;
  /** Each answers by what it knew of the leaders when it was connected: the first one for ever as at first. */
  const adminOf = (answer = answers.shift()) =>
    ({
      listTopics: async () => ['shop.purchase.created'],
      describeConfigs: async () => ({ resources: [] }),
      fetchTopicOffsets: async () => answer?.() ?? [],
      disconnect: async () => void (open -= 1),
    }) as unknown as Admin;
  const connect = async () => {
    open += 1;
    return adminOf();
  };
  const offsets = () => new Catalogue(adminOf(), new Names('shop'), 1, connect).offsets(['purchase.created']);
  const right = () => [{ partition: 0, offset: '7', low: '2', high: '7' }];

  beforeEach(() => {
    open = 0;
  });

  it('are asked for again, by who looks up the leader anew, where kafkajs did not know the topic yet, or its leader', async () => {
    const passing = () => {
      throw Object.assign(new Error('no leader'), { retriable: true });
    };
    answers = [stumble, passing, stumble, right];
    expect(await offsets()).toEqual([{ topic: 'purchase.created', partition: 0, earliest: 2, end: 7 }]);
    expect(open).toBe(0);
  });

  it('are an error where there is one', async () => {
    answers = [
      () => {
        throw Object.assign(new Error('not allowed'), { retriable: false });
      },
      right,
    ];
    await expect(offsets()).rejects.toThrow('not allowed');
  });
});
