import { rows, type Transaction } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';

export type Snapshot = Readonly<{
  tx: Transaction;
  /** The database's clock, in ms. */
  now: Date;
  /** The version of program and definitions that this snapshot shows. */
  basis: number;
}>;

/** Reads of one request that must fit together: all see the database as it was at the first of them. */
export function inSnapshot<Result>(
  dataSource: DataSource,
  read: (snapshot: Snapshot) => Promise<Result>,
): Promise<Result> {
  return dataSource.transaction('REPEATABLE READ', async (tx) => {
    const [state] = await rows<{ now: Date; basis: number }>(
      tx,
      `SELECT date_trunc('milliseconds', clock_timestamp()) AS now, basis FROM service_state`,
    );
    if (!state) throw new Error('service_state is empty: the migrations of this database were not run');
    return read({ tx, ...state });
  });
}
