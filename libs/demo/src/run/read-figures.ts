import { type Messages, readMessages } from './messages.js';
import { type Progress, readProgress, readSummaries, type Summaries } from './system.js';
import type { TesseraClient } from './tessera-client.js';
import { type Idle, type Patience, waitUntilIdle } from './wait-until-idle.js';

export type Figures = Readonly<{
  asOf: Date;
  summaries: Summaries;
  messages: Messages;
  progress: readonly Progress[];
}>;

const READINGS_MAX = 1_000;

/**
 * The services' figures as of one instant: the smallest `exitsAppliedUntil`. Windows move on while one reads, so it is
 * read again when anybody's next exit fell due, or anything was handled, before the reading was over.
 */
export async function readFigures(client: TesseraClient, idle: Idle, patience?: Patience): Promise<Figures> {
  let before = idle.progress;
  for (let reading = 0; reading < READINGS_MAX; reading += 1) {
    const summaries = await readSummaries(client);
    const messages = await readMessages(client);
    const after = await readProgress(client);
    if (isStill(before, after)) return { asOf: asOfOf(before), summaries, messages, progress: after };
    before = (await waitUntilIdle(() => readProgress(client), patience)).progress;
  }
  throw new Error(`The system did not keep still for one reading of its figures in ${READINGS_MAX}.`);
}

/** Nothing was handled between the two, and no exit lies between the earliest instant of the first and the latest of the second. */
export function isStill(before: readonly Progress[], after: readonly Progress[]): boolean {
  const until = Math.max(...after.map(({ exitsAppliedUntil }) => timeOr(exitsAppliedUntil, 0)));
  return before.every((first, index) => {
    const second = after[index];
    return (
      second !== undefined &&
      second.handled === first.handled &&
      second.lag + second.outbox + second.work === 0 &&
      timeOr(first.nextExit, Infinity) > until &&
      timeOr(second.nextExit, Infinity) > until
    );
  });
}

export function asOfOf(progress: readonly Progress[]): Date {
  const instants = progress.map(({ exitsAppliedUntil }) => timeOr(exitsAppliedUntil, Infinity));
  const smallest = Math.min(...instants);
  if (!Number.isFinite(smallest)) throw new Error('No service says up to when its windows have moved.');
  return new Date(smallest);
}

function timeOr(instant: string | null, otherwise: number): number {
  return instant === null ? otherwise : Date.parse(instant);
}
