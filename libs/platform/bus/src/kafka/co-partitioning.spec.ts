import { assignCoPartitioned } from './co-partitioning.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('assigning partitions', () => {
  it('gives a number of all topics to one member, and each about as many', () => {
    const topics = ['a', 'b'];
    const members = ['m3', 'm1', 'm2'].map((id) => ({ id, topics }));

    const assignment = assignCoPartitioned(members, new Map(topics.map((topic) => [topic, numbers(8)])));

    expect(assignment).toEqual({
      m1: { a: [0, 3, 6], b: [0, 3, 6] },
      m2: { a: [1, 4, 7], b: [1, 4, 7] },
      m3: { a: [2, 5], b: [2, 5] },
    });
  });

  it('leaves no partition out when members subscribe to different topics', () => {
    const members = [
      { id: 'old', topics: ['a'] },
      { id: 'new', topics: ['a', 'b'] },
    ];

    const assignment = assignCoPartitioned(
      members,
      new Map([
        ['a', numbers(4)],
        ['b', numbers(4)],
      ]),
    );

    expect(assignment).toEqual({ new: { a: [0, 2], b: [0, 1, 2, 3] }, old: { a: [1, 3] } });
  });

  it('keeps to subscribers, and says of a member with nothing to do that it has nothing', () => {
    const members = [
      { id: 'a', topics: [] },
      { id: 'b', topics: ['t'] },
    ];
    expect(assignCoPartitioned(members, new Map([['t', numbers(2)]]))).toEqual({ a: {}, b: { t: [0, 1] } });
    expect(assignCoPartitioned([], new Map([['t', numbers(2)]]))).toEqual({});
  });
});
