import { createHash } from 'node:crypto';
import { rows, type Transaction } from '@tessera/platform-database';
import { MODEL, type SignalKind } from '../domain/model.js';
import type { Signal } from '../domain/taste.js';

/** `source` and `id` are those of the message: by them a repeat is known. */
export type NewSignal = Readonly<{
  source: string;
  id: string;
  memberId: string;
  sku: string;
  kind: SignalKind;
  occurredAt: string;
}>;

const WEEK_MS = 7 * 86_400_000;
const WINDOW_MS = MODEL.signalWindowDays * 86_400_000;

/** Among the advisory locks of this database: held while partitions come and go. */
const PARTITIONS_LOCK = 7_355_608_400;

const weekOf = (ms: number): number => Math.floor(ms / WEEK_MS);
const instantOf = (week: number): string => new Date(week * WEEK_MS).toISOString();
const partitionOf = (week: number): string => `signals_${week}`;

/** Signals of the window, in partitions of a week by their own time. */
export class SignalsRepository {
  /** Keeps what is new; a repeat has the same time and meets the first in its partition. */
  async record(tx: Transaction, signals: readonly NewSignal[], now: Date): Promise<void> {
    if (signals.length === 0) return;
    const weeks = new Set(signals.map(({ occurredAt }) => weekOf(Date.parse(occurredAt))));
    await this.preparePartitions(tx, [...weeks], now);
    await rows(
      tx,
      `INSERT INTO signals (occurred_at, signal_id, member_id, sku, kind)
       SELECT * FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[])
       ON CONFLICT DO NOTHING`,
      [
        signals.map(({ occurredAt }) => occurredAt),
        signals.map(signalId),
        signals.map(({ memberId }) => memberId),
        signals.map(({ sku }) => sku),
        signals.map(({ kind }) => kind),
      ],
    );
  }

  /** The latest signals of each member that are in the window at `now`, in an order that only the facts decide. */
  async recent(
    tx: Transaction,
    memberIds: readonly string[],
    now: Date,
  ): Promise<ReadonlyMap<string, readonly Signal[]>> {
    const found = await rows<Signal & { member_id: string }>(
      tx,
      `SELECT m.member_id, s.sku, s.kind, s.occurred_at AS at
         FROM unnest($1::text[]) AS m(member_id)
        CROSS JOIN LATERAL (SELECT sku, kind, occurred_at, signal_id FROM signals
                             WHERE member_id = m.member_id AND occurred_at > $2
                             ORDER BY occurred_at DESC, signal_id LIMIT $3) s
        ORDER BY m.member_id, s.occurred_at DESC, s.signal_id`,
      [memberIds, opensAt(now).toISOString(), MODEL.signalsOfMemberMax],
    );
    const byMember = new Map<string, Signal[]>(memberIds.map((id) => [id, []]));
    for (const { member_id, ...signal } of found) byMember.get(member_id)?.push(signal);
    return byMember;
  }

  /** Attaching keeps nobody from reading or writing; dropping does, for the moment it takes, when a new week begins. */
  private async preparePartitions(tx: Transaction, weeks: readonly number[], now: Date): Promise<void> {
    if ((await missing(tx, weeks)).length === 0) return;
    await rows(tx, 'SELECT pg_advisory_xact_lock($1)', [PARTITIONS_LOCK]);
    for (const week of await missing(tx, weeks)) {
      const name = partitionOf(week);
      await rows(tx, `CREATE TABLE ${name} (LIKE signals INCLUDING ALL)`);
      await rows(
        tx,
        `ALTER TABLE signals ATTACH PARTITION ${name} FOR VALUES FROM ('${instantOf(week)}') TO ('${instantOf(week + 1)}')`,
      );
    }
    const oldest = weekOf(opensAt(now).getTime());
    const partitions = await rows<{ name: string }>(
      tx,
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'signals'::regclass`,
    );
    for (const { name } of partitions) {
      if (Number(name.slice(partitionOf(0).length - 1)) < oldest) await rows(tx, `DROP TABLE ${name}`);
    }
  }
}

/** What is not after this instant has left the window. */
export const opensAt = (now: Date): Date => new Date(now.getTime() - WINDOW_MS);

/** Asked of the catalogue's tables: `to_regclass` would answer from a cache that an advisory lock does not freshen. */
async function missing(tx: Transaction, weeks: readonly number[]): Promise<readonly number[]> {
  const found = await rows<{ week: number }>(
    tx,
    `SELECT w AS week FROM unnest($1::int[]) AS w
      WHERE NOT EXISTS (SELECT FROM pg_inherits JOIN pg_class partition ON partition.oid = inhrelid
                         WHERE inhparent = 'signals'::regclass AND partition.relname = 'signals_' || w)
      ORDER BY w`,
    [weeks],
  );
  return found.map(({ week }) => week);
}

/** Source and id are text of any length and any characters: kept as MD5, an id and no secret. */
function signalId({ source, id }: NewSignal): string {
  return createHash('md5')
    .update(JSON.stringify([source, id]))
    .digest('hex');
}
