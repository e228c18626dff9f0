import { rows, type Transaction } from '@tessera/platform-database';

export type Position = Readonly<{ topic: string; partition: number; next_offset: number; cluster_id: string }>;

/**
 * Waits for the batches under way and keeps others out. Comes before the lock on reference data, as in the consumers, who would else wait for us in a
 * circle.
 */
export function lockPositions(tx: Transaction): Promise<Position[]> {
  return rows<Position>(
    tx,
    'SELECT topic, partition, next_offset, cluster_id FROM consumer_offsets ORDER BY topic, partition FOR UPDATE',
  );
}
