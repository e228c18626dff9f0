import { setTimeout as sleep } from 'node:timers/promises';
import { RequestPruning } from './request-pruning.js';

describe('pruning of requests', () => {
  const warnings: string[] = [];
  const logger = { warn: (_context: object, message: string) => void warnings.push(message) };
  const pruningOf = (turns: (() => Promise<number>)[]) => {
    const asked: number[] = [];
    const prune = (rowsMax: number): Promise<number> => {
      asked.push(rowsMax);
      return turns.shift()?.() ?? Promise.resolve(0);
    };
    return {
      asked,
      pruning: new RequestPruning({ requests: { prune }, logger, everyMs: 60_000, pauseMs: 1, rowsMax: 3 }),
    };
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 500 && !holds(); turn += 1) await sleep(10);
    expect(holds()).toBe(true);
  };

  it('begins at once, goes on soon while turns are full, and then rests', async () => {
    const { asked, pruning } = pruningOf([async () => 3, async () => 3, async () => 2, async () => 3]);
    pruning.start();
    await until(() => asked.length === 3);
    await sleep(50);
    await pruning.stop();

    expect(asked).toEqual([3, 3, 3]);
  });

  it('outlives a turn that failed', async () => {
    const { asked, pruning } = pruningOf([() => Promise.reject(new Error('the database is away'))]);
    pruning.start();
    await until(() => asked.length === 1);
    await pruning.stop();

    expect(warnings).toEqual(['old answers to requests will be pruned later']);
  });

  it('ends its turn before it stops', async () => {
    let isDone = false;
    const { pruning } = pruningOf([
      () =>
        sleep(50)
          .then(() => (isDone = true))
          .then(() => 3),
    ]);
    pruning.start();
    await pruning.stop();

    expect(isDone).toBe(true);
  });
});
