import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@tessera/demo';
import type { Stage } from '../stage.js';

const LOOK_MS = 50;
const MOVING_MS_MAX = 180_000;

/** Answers the milliseconds until every service has handled something that it had not when this was asked. To be fed. */
export async function allMoving(stage: Pick<Stage, 'fleet' | 'servers'>): Promise<number> {
  const begun = performance.now();
  const standing = new Map(SERVICES.map((name) => [name as string, undefined as number | undefined]));
  for (; standing.size > 0; await sleep(LOOK_MS)) {
    for (const [name, from] of standing) {
      const position = await positionOf(stage, name);
      if (from === undefined) standing.set(name, position);
      else if (position !== undefined && position > from) standing.delete(name);
    }
    if (performance.now() - begun > MOVING_MS_MAX) {
      throw new Error(
        `Nothing is handled by ${[...standing.keys()].join(', ')}, ${MOVING_MS_MAX / 1_000} s after the trouble.`,
      );
    }
  }
  return Math.round(performance.now() - begun);
}

/** Records that a service has passed, by its own books; undefined while its database does not say. */
async function positionOf(
  { fleet, servers }: Pick<Stage, 'fleet' | 'servers'>,
  name: string,
): Promise<number | undefined> {
  const sql = 'SELECT coalesce(sum(next_offset), 0)::int AS passed FROM consumer_offsets';
  const found = await servers.postgres.query<{ passed: number }>(fleet.databaseOf(name), sql).catch(() => []);
  return found[0]?.passed;
}
