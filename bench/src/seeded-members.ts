import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { purchaseCreated } from '@tessera/contracts';
import type { NewRecord } from '@tessera/platform-bus';
import { DAY_MS } from './days.js';
import { memberNames } from './made-up-purchases.js';
import { recordOf } from './prepared-service.js';
import type { Stage } from './stage.js';

/** So many members a service takes in itself; all others are copies of them. */
const ORIGINALS = 200;
const OLDEST_DAYS = 89;
const NEWEST_DAYS = 61;

export const originals = memberNames(ORIGINALS);

/** One to three purchases of each, of long enough ago, and small enough, that no window or tier of the defaults is about to move. */
export function purchasesOfOriginals(now: Date): NewRecord[] {
  return originals.flatMap((memberId, member) =>
    Array.from({ length: 1 + (member % 3) }, (_, at) => {
      const daysAgo = NEWEST_DAYS + ((member * 7 + at * 11) % (OLDEST_DAYS - NEWEST_DAYS));
      const totalMinor = 500 + ((member * 101 + at * 37) % 9_000);
      const purchase = {
        purchaseId: `before-${member}-${at}`,
        memberId,
        purchasedAt: new Date(now.getTime() - daysAgo * DAY_MS).toISOString(),
        currency: 'EUR',
        totalMinor,
        lines: [{ sku: `sku-${member}`, quantity: 1, unitPriceMinor: totalMinor }],
      };
      return recordOf(purchaseCreated, purchase, now);
    }),
  );
}

/** Columns that hold the number of a member, in whatever table of whatever service. */
const MEMBER_COLUMNS = ['member_id', 'subject', 'state_key'];
const NOT_OF_MEMBERS = ['dead_letters', 'outbox'];

export type Members = Readonly<{ count: number; step: number }>;

/**
 * So many members of a service, of whom `memberNames` gives the names: all rows of the originals are copied as often as it takes, with COPY. Of
 * whom one is a copy goes by the number in the name.
 */
export async function seedMembers(stage: Stage, database: string, { count, step }: Members): Promise<void> {
  const [found] = await stage.query<{ folder: string }>(database, `SELECT current_setting('data_directory') AS folder`);
  if (!found) throw new Error('PostgreSQL does not say where its data is.');
  const file = join(found.folder, 'members.copy');
  const numbers = `SELECT at * ${step} AS n FROM generate_series(0, ${count - 1}) AS at WHERE at * ${step} >= ${ORIGINALS}`;
  for (const { table, column, others } of await tablesOf(stage, database)) {
    const columns = [column, ...others].join(', ');
    const copied = others.map((other) => `, t.${other}`).join('');
    // Originals come before their copies, and no foreign key needs to be looked at again.
    await stage.query(
      database,
      `SET session_replication_role = replica;
       COPY (SELECT 'm-' || n${copied} FROM (${numbers}) AS numbers
               JOIN ${table} t ON t.${column} = 'm-' || ((n / 100 + n) % ${ORIGINALS})) TO '${file}';
       COPY ${table} (${columns}) FROM '${file}'`,
    );
    rmSync(file);
  }
}

type MemberTable = Readonly<{ table: string; column: string; others: readonly string[] }>;

function tablesOf(stage: Stage, database: string): Promise<MemberTable[]> {
  return stage.query<MemberTable>(
    database,
    `SELECT c.table_name AS "table", m.column_name AS "column",
            coalesce(array_agg(c.column_name::text) FILTER (WHERE c.column_name <> m.column_name), '{}') AS others
       FROM information_schema.columns m JOIN information_schema.columns c USING (table_schema, table_name)
      WHERE m.table_schema = 'public' AND m.column_name = ANY ($1) AND NOT m.table_name = ANY ($2)
      GROUP BY 1, 2 ORDER BY 1`,
    [MEMBER_COLUMNS, NOT_OF_MEMBERS],
  );
}
