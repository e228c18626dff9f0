import { defaultProgram, tierChanged, type TierChanged } from '@tessera/contracts';
import type { Stage } from './stage.js';

const LADDER = defaultProgram('EUR').tiers;

/** What is wrong with members' tiers, judged by the purchases that are there, all of the last year, and with what was said of those who moved. */
export async function verifyTiers(stage: Stage, database: string, members: readonly string[]): Promise<string[]> {
  const found = await stage.query<{ member_id: string; tier: string; spend: number }>(
    database,
    `SELECT member_id, tier, (SELECT coalesce(sum(total_minor), 0) FROM purchases p WHERE p.member_id = h.member_id)::int AS spend
       FROM tier_histories h WHERE member_id = ANY ($1::text[])`,
    [members],
  );
  const said = await stage.query<{ key: string; said: TierChanged }>(
    database,
    `SELECT DISTINCT ON (key) key, convert_from(value, 'UTF8')::jsonb AS said
       FROM outbox WHERE topic = '${tierChanged.topic}' ORDER BY key, position DESC`,
  );
  const lastSaid = new Map(said.map((one) => [one.key, one.said.tier]));
  const lowest = LADDER[0]?.tier;
  const wrong = found.filter(({ tier, spend }) => tier !== tierFor(spend));
  const unsaid = found.filter(({ member_id, tier }) => (lastSaid.get(member_id) ?? lowest) !== tier);
  return [
    ...(found.length === members.length ? [] : [`${members.length - found.length} members have no tier`]),
    ...(wrong.length > 0 ? [`${wrong.length} members are in another tier than they should be`] : []),
    ...(unsaid.length > 0 ? [`${unsaid.length} members were last said to be in another tier than they are`] : []),
  ];
}

const tierFor = (spend: number): string | undefined => LADDER.findLast(({ fromMinor }) => spend >= fromMinor)?.tier;
