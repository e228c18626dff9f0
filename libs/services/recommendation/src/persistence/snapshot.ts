import { rows, type Transaction } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';

export type Snapshot = Readonly<{
  tx: Transaction;
  /** The database's clock, in ms. */
  now: Date;
}>;

/** Reads of one request that must fit together: all see the database as it was at the first of them. */
export function inSnapshot<Result>(
  dataSource: DataSource,
  read: (snapshot: Snapshot) => Promise<Result>,
): Promise<Result> {
  return dataSource.transaction('REPEATABLE READ', async (tx) => {
    const sql = `SELECT date_trunc('milliseconds', clock_timestamp()) AS now`;
    const [clock] = await rows<{ now: Date }>(tx, sql);
    if (!clock) throw new Error('the database told no time');
    return read({ tx, now: clock.now });
  });
}
