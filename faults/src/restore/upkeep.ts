import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../stage.js';

type Status = Readonly<{
  underWay: string | null;
  last: Readonly<{ kind: string; step: string; announced: number; unreadable: number }> | null;
}>;

const UPKEEP_MS_MAX = 180_000;
const PATIENCE_MS = 60_000;

export type Spoken = Readonly<{ epoch: number; events: number }>;

/** Epoch under which a service speaks, and how many events it has written since it has this database. */
export async function spoken({ fleet, servers }: Stage, service: string): Promise<Spoken> {
  const sql = `SELECT epoch, (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_positions) AS events FROM service_state`;
  const [found] = await servers.postgres.query<{ epoch: string; events: string }>(fleet.databaseOf(service), sql);
  return { epoch: Number(found?.epoch), events: Number(found?.events) };
}

/** Waits until a service has restored or rebuilt itself, under an epoch above the one it had. */
export async function upkeepDone(stage: Stage, service: string, kind: string, epochBefore: number): Promise<void> {
  const path = `/${service}/v1/admin/upkeep`;
  for (const giveUpAt = performance.now() + UPKEEP_MS_MAX; performance.now() < giveUpAt; await sleep(50)) {
    const { underWay, last } = await stage.fleet.client({ path, patienceMs: PATIENCE_MS }).get<Status>(path);
    const { epoch } = await spoken(stage, service);
    if (underWay !== null || last?.kind !== kind || last.step !== 'done' || epoch <= epochBefore) continue;
    if (last.unreadable > 0) throw new Error(`${service} could not read ${last.unreadable} events of its own.`);
    stage.options.say(`${service} is done with ${kind}: ${last.announced} states said anew.`);
    return;
  }
  throw new Error(`${service} is not done with ${kind} after ${UPKEEP_MS_MAX / 1_000} s.`);
}
