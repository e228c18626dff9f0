import { GroupCommit, type Waiting } from './group-commit.js';
import type { NewRecord } from './log.js';

const records = (...keys: string[]): NewRecord[] => keys.map((key) => ({ topic: 't', key, value: null, headers: {} }));

/** Groups are written when the test says so. */
function aGroupCommit(limits: { recordsMax?: number; bytesMax?: number } = {}) {
  const groups: string[][] = [];
  const underWay: (() => void)[] = [];
  const groupCommit = new GroupCommit(
    { recordsMax: 100, bytesMax: 100, sizeOf: ({ key }) => key?.length ?? 0, ...limits },
    async (group: readonly Waiting[]) => {
      groups.push(group.flatMap((waiting) => waiting.records.map(({ key }) => String(key))));
      await new Promise<void>((resolve) => underWay.push(resolve));
      for (const { records: own, resolve, reject } of group) {
        if (own.some(({ key }) => key === 'bad')) reject(new Error('refused'));
        else resolve();
      }
    },
  );
  const writeAll = async (): Promise<void> => {
    for (let ended = false; !ended;) {
      await Promise.race([groupCommit.drained().then(() => (ended = true)), Promise.resolve()]);
      underWay.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { groupCommit, groups, writeAll };
}

describe('a group commit', () => {
  it('writes at once, and together what waits meanwhile, in the order of the calls', async () => {
    const { groupCommit, groups, writeAll } = aGroupCommit();
    const appended = ['a', 'b', 'c'].map((key) => groupCommit.append(records(key)));
    expect(groups).toEqual([['a']]);
    await writeAll();
    await Promise.all(appended);
    expect(groups).toEqual([['a'], ['b', 'c']]);
  });

  it.each([
    ['records', { recordsMax: 2 }, [['x'], ['a', 'b'], ['c', 'd', 'e'], ['f']]],
    ['bytes', { bytesMax: 2 }, [['x'], ['a', 'b'], ['c', 'd', 'e'], ['f']]],
  ])('keeps to its limit of %s, but for one who exceeds it alone', async (_, limits, expected) => {
    const { groupCommit, groups, writeAll } = aGroupCommit(limits);
    const calls = [['x'], ['a'], ['b'], ['c', 'd', 'e'], ['f']];
    const appended = calls.map((keys) => groupCommit.append(records(...keys)));
    await writeAll();
    await Promise.all(appended);
    expect(groups).toEqual(expected);
  });

  it('tells each caller what became of its own', async () => {
    const { groupCommit, writeAll } = aGroupCommit();
    const ends = Promise.allSettled(['a', 'bad', 'c'].map((key) => groupCommit.append(records(key))));
    await writeAll();
    expect((await ends).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('takes nothing as written at once', async () => {
    const { groupCommit, groups } = aGroupCommit();
    await groupCommit.append([]);
    await groupCommit.drained();
    expect(groups).toEqual([]);
  });
});
