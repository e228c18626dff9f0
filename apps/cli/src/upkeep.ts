import { setTimeout as sleep } from 'node:timers/promises';
import type { TesseraClient } from '@tessera/demo';
import { table } from './output.js';

/** What `GET /<service>/v1/admin/upkeep` says. */
export type Upkeep = Readonly<{
  underWay: 'rebuilding' | 'restoring' | null;
  last: Readonly<{ kind: string; step: string; beganAt: string; announced: number; unreadable: number }> | null;
  replayed: Readonly<{ records: number; of: number }>;
  toAnnounce: number;
}>;

const LOOK_MS = 500;

/** Waits until nothing is under way, with a line on standard error whenever something has changed. */
export async function followUpkeep(client: TesseraClient, service: string, wait: boolean): Promise<Upkeep> {
  let said = '';
  for (;;) {
    const upkeep = await client.get<Upkeep>(`/${service}/v1/admin/upkeep`);
    if (!wait || upkeep.underWay === null) return upkeep;
    const line = lineOf(service, upkeep);
    if (line !== said) process.stderr.write(`${line}\n`);
    said = line;
    await sleep(LOOK_MS);
  }
}

function lineOf(service: string, { last, replayed, toAnnounce }: Upkeep): string {
  const { kind = '', step = '', announced = 0 } = last ?? {};
  return `${service}, ${kind}, ${step}: ${replayed.records} of ${replayed.of} records, ${announced} of ${toAnnounce} members`;
}

export function upkeepTable(service: string, { last, replayed, toAnnounce }: Upkeep): string {
  const { kind = '', step = '', announced = 0, unreadable = 0 } = last ?? {};
  return table(
    ['service', 'what', 'step', 'records read', 'members said anew', 'own records gone from the log'],
    [[service, kind, step, `${replayed.records} of ${replayed.of}`, `${announced} of ${toAnnounce}`, unreadable]],
  );
}
