import type { Log } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import { raiseEpoch } from '../upkeep/epoch.js';

export type Adopted = Readonly<{ clusterId: string; partitions: number }>;

/** An operator's word that the log reached now is the right one, though it is not the one this database was fed by. */
export class LogAdoption {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: Pick<Log, 'clusterId'>,
  ) {}

  /**
   * Forgets the positions on any other log, so that this one is read from its beginning; identity knows what comes again. What is said from then on
   * is under a new epoch. Answers how many partitions that changed: none if the log was the right one already.
   */
  async adopt(): Promise<Adopted> {
    const clusterId = await this.log.clusterId();
    return this.dataSource.transaction(async (tx) => {
      const changed = await rows(
        tx,
        'UPDATE consumer_offsets SET cluster_id = $1, next_offset = 0 WHERE cluster_id <> $1 RETURNING topic',
        [clusterId],
      );
      const moved = await rows(
        tx,
        'UPDATE service_state SET cluster_id = $1 WHERE cluster_id IS DISTINCT FROM $1 RETURNING epoch',
        [clusterId],
      );
      if (moved.length > 0) {
        await raiseEpoch(tx);
        await rows(tx, 'DELETE FROM published_positions');
      }
      return { clusterId, partitions: changed.length };
    });
  }
}
