import { AtMost } from './at-most.js';

describe('at most so many at once', () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('go on, in the order in which they came, whether those before them end well or not', async () => {
    const atMost = new AtMost(2);
    const begun: number[] = [];
    let now = 0;
    let most = 0;
    const work = (number: number) => async (): Promise<number> => {
      begun.push(number);
      most = Math.max(most, (now += 1));
      await turn();
      now -= 1;
      if (number % 2 === 0) throw new Error(`${number} failed`);
      return number;
    };

    const ended = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((number) => atMost.run(work(number))));

    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    expect(most).toBe(2);
    expect(ended.map(({ status }) => status)).toEqual(
      [0, 1, 2, 3, 4, 5].map((number) => (number % 2 === 0 ? 'rejected' : 'fulfilled')),
    );
    await expect(Promise.all([atMost.run(work(7)), atMost.run(work(9))])).resolves.toEqual([7, 9]);
    expect(most).toBe(2);
  });
});
