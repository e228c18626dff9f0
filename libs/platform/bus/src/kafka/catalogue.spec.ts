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
  const admin = {
    listTopics: async () => ['shop.purchase.created'],
    describeConfigs: async () => ({ resources: [] }),
    fetchTopicOffsets: async () => answers.shift()?.() ?? [],
  } as unknown as Admin;
  const offsets = () => new Catalogue(admin, new Names('shop'), 1).offsets(['purchase.created']);
  const right = () => [{ partition: 0, offset: '7', low: '2', high: '7' }];

  it('are asked for again where kafkajs did not know the topic yet, or its leader', async () => {
    const passing = () => {
      throw Object.assign(new Error('no leader'), { retriable: true });
    };
    answers = [stumble, passing, stumble, right];
    expect(await offsets()).toEqual([{ topic: 'purchase.created', partition: 0, earliest: 2, end: 7 }]);
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
