import type { Course } from './benchmark.js';
import { interleave } from './interleave.js';

describe('rounds', () => {
  it('run both sides one after the other, and take turns in who is first', async () => {
    const ran: string[] = [];
    const course: Course = {
      remarks: [],
      run: (side, round) => {
        ran.push(`${side} ${round}`);
        return Promise.resolve({ value: side === 'ours' ? 2 : 1, seconds: 1, generatorCpuSeconds: 0, wrong: [] });
      },
      close: () => Promise.resolve(),
    };

    const rounds = await interleave(course, 3, () => undefined);

    expect(ran).toEqual(['ours 1', 'beside 1', 'beside 2', 'ours 2', 'ours 3', 'beside 3']);
    expect(rounds.map(({ ours, beside }) => [ours.value, beside.value])).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
  });
});
