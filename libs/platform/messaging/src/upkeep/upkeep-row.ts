import { rows, type Transaction } from '@tessera/platform-database';
import type { UpkeepKind } from './errors.js';

export type Step = 'closing' | 'reading' | 'replaying' | 'announcing' | 'done';

export type UpkeepRow = Readonly<{
  kind: UpkeepKind;
  step: Step;
  announces: 'all' | 'listed';
  beganAt: Date;
  endedAt: Date | null;
  /** States said so far. */
  announced: number;
  announcedTo: string | null;
  /** Own records that the log no longer had when they were to be read. */
  unreadable: number;
}>;

/** The upkeep under way, or the last one. */
export async function readUpkeep(tx: Transaction): Promise<UpkeepRow | null> {
  const [row] = await rows<UpkeepRow>(
    tx,
    `SELECT kind, phase AS step, announces, began_at AS "beganAt", ended_at AS "endedAt", announced, announced_to AS "announcedTo",
            unreadable
       FROM upkeep`,
  );
  return row ?? null;
}

/** Shuts everybody else out, from the commit on: whoever takes part says so in his transaction. */
export async function openUpkeep(
  tx: Transaction,
  { kind, step, announces }: Pick<UpkeepRow, 'kind' | 'step' | 'announces'>,
): Promise<void> {
  await rows(tx, 'DELETE FROM upkeep');
  await rows(tx, 'DELETE FROM upkeep_targets');
  await rows(tx, 'DELETE FROM upkeep_subjects');
  await rows(
    tx,
    `INSERT INTO upkeep (kind, phase, announces, began_at) VALUES ($1, $2, $3, date_trunc('milliseconds', clock_timestamp()))`,
    [kind, step, announces],
  );
  await rows(
    tx,
    `UPDATE service_state SET upkeep = $1,
            as_of = CASE WHEN $1 = 'rebuilding' THEN (SELECT began_at FROM upkeep) END`,
    [kind],
  );
}

/** To the next step, by compare-and-set: false if someone else was faster. */
export async function advanceUpkeep(tx: Transaction, from: Step, to: Step): Promise<boolean> {
  const moved = await rows(
    tx,
    `UPDATE upkeep SET phase = $2, ended_at = CASE WHEN $2 = 'done' THEN clock_timestamp() END WHERE phase = $1 RETURNING kind`,
    [from, to],
  );
  if (moved.length === 1 && to === 'done') await rows(tx, 'UPDATE service_state SET upkeep = NULL, as_of = NULL');
  return moved.length === 1;
}
