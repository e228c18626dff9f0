import { pointsChanged, purchaseCreated } from '@tessera/contracts';
import type { SideName } from './benchmark.js';
import type { FoundPurchase, MadeUpPurchases } from './made-up-purchases.js';
import type { Stage } from './stage.js';

/** Points of the default program: one a unit of the currency, rounded down, at the lowest tier. */
const MINOR_A_POINT = 100;

export type Books = Readonly<{
  side: SideName;
  /** The database that the round began on, if there were books before. */
  template?: string;
}>;

/** What is wrong with the five tables after a round, held against what was sent. Ours must have its outbox and offsets besides. */
export async function verifyBooks(
  stage: Stage,
  database: string,
  purchases: MadeUpPurchases,
  { side, template }: Books,
): Promise<string[]> {
  const found = await stage.query<FoundPurchase>(
    database,
    `SELECT purchase_id, member_id, total_minor::int FROM purchases WHERE purchase_id LIKE 'p-%'`,
  );
  const wrong = purchases.differences(found);
  const due = new Map<string, number>();
  for (const { member_id, total_minor } of found) {
    due.set(member_id, (due.get(member_id) ?? 0) + Math.floor(total_minor / MINOR_A_POINT));
  }
  const points = [...due.values()].reduce((sum, one) => sum + one, 0);
  const expected = { ...BOOKS, ...(side === 'ours' && OURS_BESIDES) };
  for (const [what, { sql, due: wanted }] of Object.entries(expected)) {
    const value = await valueOf(stage, database, sql);
    const before = template === undefined ? 0 : await valueOf(stage, template, sql);
    const right = before + wanted({ purchases: found.length, points });
    if (value !== right) wrong.push(`${what}: ${value}, not ${right}`);
  }
  const active = await activeOf(stage, database, purchases.members);
  const activeBefore =
    template === undefined ? new Map<string, number>() : await activeOf(stage, template, purchases.members);
  const off = purchases.members.filter(
    (member) => (active.get(member) ?? 0) !== (activeBefore.get(member) ?? 0) + (due.get(member) ?? 0),
  ).length;
  if (off > 0) wrong.push(`${off} balances are wrong`);
  return wrong;
}

async function valueOf(stage: Stage, database: string, sql: string): Promise<number> {
  const [row] = await stage.query<{ value: number }>(database, sql);
  return Number(row?.value ?? 0);
}

async function activeOf(
  stage: Stage,
  database: string,
  members: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const wallets = await stage.query<{ member_id: string; active: number }>(
    database,
    'SELECT member_id, active FROM wallets WHERE member_id = ANY ($1::text[])',
    [members],
  );
  return new Map(wallets.map(({ member_id, active }) => [member_id, Number(active)]));
}

type Totals = Readonly<{ purchases: number; points: number }>;
type Check = Readonly<{ sql: string; due: (totals: Totals) => number }>;

const BOOKS: Readonly<Record<string, Check>> = {
  entries: { sql: 'SELECT count(*) AS value FROM entries', due: ({ purchases }) => 2 * purchases },
  'points issued': {
    sql: `SELECT -sum(amount) AS value FROM entries WHERE account = 'issued'`,
    due: ({ points }) => points,
  },
  'points credited': {
    sql: `SELECT sum(amount) AS value FROM entries WHERE account = 'active'`,
    due: ({ points }) => points,
  },
  'points in wallets': { sql: 'SELECT sum(active) AS value FROM wallets', due: ({ points }) => points },
  lots: { sql: 'SELECT count(*) AS value FROM lots', due: ({ purchases }) => purchases },
  'points in lots': { sql: 'SELECT sum(active) AS value FROM lots', due: ({ points }) => points },
};

const OURS_BESIDES: Readonly<Record<string, Check>> = {
  outbox: {
    sql: `SELECT count(*) AS value FROM outbox WHERE topic = '${pointsChanged.topic}'`,
    due: ({ purchases }) => purchases,
  },
  'offsets recorded': {
    sql: `SELECT sum(next_offset) AS value FROM consumer_offsets WHERE topic = '${purchaseCreated.topic}'`,
    due: ({ purchases }) => purchases,
  },
  'dead letters': { sql: 'SELECT count(*) AS value FROM dead_letters', due: () => 0 },
};
