import { rows, type Transaction } from '@tessera/platform-database';

/** The database's clock, to the millisecond: what is due is decided by it, so that replicas agree. */
export async function databaseNow(tx: Transaction): Promise<Date> {
  const [clock] = await rows<{ now: Date }>(tx, `SELECT date_trunc('milliseconds', clock_timestamp()) AS now`);
  if (!clock) throw new Error('the database gave no time');
  return clock.now;
}
