import { segmentChanged, type SegmentChanged } from '@tessera/contracts';
import { type Bought, holds, type Rules } from './segment-rules.js';
import type { Stage } from './stage.js';

export type Places = Readonly<{
  /** As it is now, and as it was before. */
  database: string;
  template: string;
  members: readonly string[];
  rules: Rules;
}>;

/** What is wrong with who is in which segment, judged by the purchases that are there, and with what was said of it. */
export async function verifyStays(stage: Stage, { database, template, members, rules }: Places): Promise<string[]> {
  const bought = await boughtBy(stage, database, members);
  const stays = await staysOf(stage, database, members);
  const before = await staysOf(stage, template, members);
  const said = await lastSaid(stage, database);
  const now = Date.now();
  let misplaced = 0;
  let missaid = 0;
  for (const member of members) {
    const due = Object.keys(rules).filter((name) => holds(rules[name] as Rules[string], bought.get(member) ?? [], now));
    const found = stays.get(member) ?? [];
    if (!isSame(found, due)) misplaced += 1;
    if (!isSame(said.get(member) ?? before.get(member) ?? [], found)) missaid += 1;
  }
  return [
    ...(bought.size > 0 ? [] : ['nobody has bought anything']),
    ...(misplaced > 0 ? [`${misplaced} members are in other segments than they should be`] : []),
    ...(missaid > 0 ? [`${missaid} members were last said to be in others than they are`] : []),
  ];
}

async function boughtBy(
  stage: Stage,
  database: string,
  members: readonly string[],
): Promise<ReadonlyMap<string, readonly Bought[]>> {
  const found = await stage.query<{ member_id: string; bought: readonly (readonly [number, number])[] }>(
    database,
    `SELECT member_id, jsonb_agg(jsonb_build_array(extract(epoch FROM purchased_at) * 1000, total_minor)) AS bought
       FROM purchases WHERE member_id = ANY ($1::text[]) GROUP BY member_id`,
    [members],
  );
  return new Map(
    found.map(({ member_id, bought }) => [member_id, bought.map(([at, totalMinor]) => ({ at, totalMinor }))]),
  );
}

type Stays = ReadonlyMap<string, readonly string[]>;

async function staysOf(stage: Stage, database: string, members: readonly string[]): Promise<Stays> {
  const found = await stage.query<{ member_id: string; segments: string[] }>(
    database,
    `SELECT member_id, array_agg(segment_id) AS segments FROM segment_members WHERE member_id = ANY ($1::text[]) GROUP BY member_id`,
    [members],
  );
  return new Map(found.map(({ member_id, segments }) => [member_id, segments]));
}

async function lastSaid(stage: Stage, database: string): Promise<Stays> {
  const found = await stage.query<{ key: string; said: SegmentChanged }>(
    database,
    `SELECT DISTINCT ON (key) key, convert_from(value, 'UTF8')::jsonb AS said
       FROM outbox WHERE topic = '${segmentChanged.topic}' ORDER BY key, position DESC`,
  );
  return new Map(found.map(({ key, said }) => [key, said.segments.map(({ segment }) => segment)]));
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.toSorted().join() === b.toSorted().join();
