import { setTimeout as sleep } from 'node:timers/promises';
import type { Measured } from './benchmark.js';
import type { Stage } from './stage.js';

export type Window = Pick<Measured, 'seconds' | 'generatorCpuSeconds'> &
  Readonly<{
    /** Done meanwhile. */
    count: number;
    /** What was done when time was up, with what was done before it began. */
    total: number;
  }>;

export type WindowOptions = Readonly<{
  database: string;
  /** Answers, as `count`, how much is done; asked twice, and until it is more than nothing. */
  sql: string;
  seconds: number;
}>;

const FIRST_MS_MAX = 60_000;
const LOOK_MS = 20;

/** Between two looks at what is committed, by the database's clock: the first when anything is, the second when time is up. */
export async function measureWindow(stage: Stage, { database, sql, seconds }: WindowOptions): Promise<Window> {
  const look = async (): Promise<{ count: number; at: Date }> => {
    const [found] = await stage.query<{ count: number; at: Date }>(
      database,
      `SELECT (${sql})::int AS count, statement_timestamp() AS at`,
    );
    if (!found) throw new Error('Nothing was counted.');
    return found;
  };
  const giveUpAt = performance.now() + FIRST_MS_MAX;
  let first = await look();
  for (; first.count === 0; first = await look()) {
    if (performance.now() > giveUpAt) throw new Error(`${database}: nothing was done.`);
    await sleep(LOOK_MS);
  }
  const cpu = process.cpuUsage();
  await sleep(seconds * 1_000);
  const last = await look();
  const { user, system } = process.cpuUsage(cpu);
  return {
    count: last.count - first.count,
    total: last.count,
    seconds: (last.at.getTime() - first.at.getTime()) / 1_000,
    generatorCpuSeconds: (user + system) / 1e6,
  };
}
