import { setTimeout as sleep } from 'node:timers/promises';
import { type Progress, workLeft } from './system.js';

export type Patience = Readonly<{ everyMs: number; stuckMs: number }>;
export const PATIENCE: Patience = { everyMs: 250, stuckMs: 5 * 60_000 };

/** A service went on having work and did none of it. */
export class NoProgress extends Error {
  readonly code = 'no-progress';
}

export type Idle = Readonly<{
  progress: readonly Progress[];
  /** performance.now() of the first reading that was idle. */ since: number;
}>;

/**
 * Idle is two readings of all services, one after the other, with no work left and equal counts: one alone could miss an
 * event on its way from one service to the next. Throws NoProgress when nothing moved for `stuckMs`.
 */
export async function waitUntilIdle(
  read: () => Promise<readonly Progress[]>,
  { everyMs, stuckMs }: Patience = PATIENCE,
  watch: (left: number) => void = () => undefined,
): Promise<Idle> {
  let before: { signature: string; since: number } | undefined;
  let moved = { signature: '', at: performance.now() };
  for (;;) {
    const at = performance.now();
    const progress = await read();
    const signature = JSON.stringify(progress.map(({ service, handled }) => [service, handled]));
    const left = progress.reduce((sum, service) => sum + workLeft(service), 0);
    watch(left);

    if (left > 0) before = undefined;
    else if (before?.signature === signature) return { progress, since: before.since };
    else before = { signature, since: at };

    const position = `${signature} ${progress.map(workLeft).join(' ')}`;
    if (position !== moved.signature) moved = { signature: position, at };
    else if (at - moved.at > stuckMs) throw new NoProgress(describeStuck(progress, stuckMs));
    await sleep(everyMs);
  }
}

function describeStuck(progress: readonly Progress[], stuckMs: number): string {
  const waiting = progress
    .filter((service) => workLeft(service) > 0)
    .map(({ service, lag, outbox, work }) => `${service} (lag ${lag}, outbox ${outbox}, members due ${work})`);
  return `No progress for ${Math.round(stuckMs / 1000)} s; still with work: ${waiting.join(', ')}. See its log and its dead letters.`;
}
