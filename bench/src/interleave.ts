import type { Course, Measured, SideName } from './benchmark.js';
import type { Round } from './figures.js';
import { figure } from './report.js';

/** Runs both sides in every round, one right after the other; who is first changes, so that neither always finds the machine warm. */
export async function interleave(course: Course, rounds: number, say: (line: string) => void): Promise<Round[]> {
  const done: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const one = async (side: SideName): Promise<Measured> => {
      const measured = await course.run(side, round);
      const wrong = measured.wrong.map((what) => `; WRONG: ${what}`).join('');
      say(`round ${round}/${rounds}, ${side}: ${figure(measured.value)}${partsOf(measured)}${wrong}`);
      return measured;
    };
    if (round % 2 === 1) {
      const ours = await one('ours');
      done.push({ ours, beside: await one('beside') });
    } else {
      const beside = await one('beside');
      done.push({ ours: await one('ours'), beside });
    }
  }
  return done;
}

function partsOf({ parts }: Measured): string {
  const all = Object.entries(parts ?? {}).map(([name, value]) => `${name} ${figure(value)}`);
  return all.length > 0 ? ` (${all.join(', ')})` : '';
}
