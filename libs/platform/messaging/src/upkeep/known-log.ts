import type { Log } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import { ForeignLog } from '../errors.js';

/** The log to which the positions of this database belong. */
export class KnownLog {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: Pick<Log, 'clusterId'>,
  ) {}

  /** null before the right log, which a database without one takes for its own; before another it changes nothing. */
  async check(): Promise<ForeignLog | null> {
    const found = await this.log.clusterId();
    const [state] = await rows<{ known: string | null; noted: string | null }>(
      this.dataSource.manager,
      `SELECT coalesce(cluster_id, (SELECT min(cluster_id) FROM consumer_offsets)) AS known, cluster_id AS noted
         FROM service_state`,
    );
    if (state?.known && state.known !== found) return new ForeignLog(state.known, found);
    if (!state?.noted) {
      await rows(this.dataSource.manager, 'UPDATE service_state SET cluster_id = $1 WHERE cluster_id IS NULL', [found]);
    }
    return null;
  }
}
