import type { Position } from '@tessera/platform-bus';
import { rows, type Transaction } from '@tessera/platform-database';
import { ForeignLog } from '../errors.js';
import type { UpkeepKind } from '../upkeep/errors.js';
import { assertPart, type UpkeepPhase } from '../upkeep/phase.js';

type PartitionOf = Readonly<{ topic: string; partition: number }>;

/**
 * Locks this partition's row, marks the transaction as `enter` does, and answers the offset that is next. Whoever holds the row is alone
 * with the partition in this database, so a consumer that lost the partition on the log and does not know it can do no harm. Throws
 * `ForeignLog`, `ServiceInUpkeep`.
 */
export async function takePosition(
  tx: Transaction,
  { topic, partition }: PartitionOf,
  clusterId: string,
  phase: UpkeepPhase | null,
): Promise<number> {
  const [position] = await rows<{ next_offset: number; cluster_id: string; upkeep: UpkeepKind | null }>(
    tx,
    'SELECT next_offset, cluster_id, upkeep FROM take_position($1, $2, $3, $4)',
    [topic, partition, clusterId, phase ?? ''],
  );
  if (!position) throw new Error(`position of ${topic}/${partition} vanished`);
  if (position.cluster_id !== clusterId) throw new ForeignLog(position.cluster_id, clusterId);
  assertPart(position.upkeep, phase);
  return position.next_offset;
}

/** On another log they would mean nothing. */
export function positionsOn(manager: Transaction, clusterId: string): Promise<Position[]> {
  return rows(manager, 'SELECT topic, partition, next_offset AS next FROM consumer_offsets WHERE cluster_id = $1', [
    clusterId,
  ]);
}

/** Moves the position by compare-and-set; false means that someone else moved it, and this transaction must roll back. */
export async function movePosition(
  tx: Transaction,
  { topic, partition }: PartitionOf,
  from: number,
  to: number,
): Promise<boolean> {
  const moved = await rows(
    tx,
    `UPDATE consumer_offsets SET next_offset = $4 WHERE topic = $1 AND partition = $2 AND next_offset = $3 RETURNING topic`,
    [topic, partition, from, to],
  );
  return moved.length === 1;
}
