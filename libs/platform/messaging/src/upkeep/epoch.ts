import { rows, type Transaction } from '@tessera/platform-database';

/**
 * Takes a new epoch: the Unix time in ms by the database's clock, in any case above the one before and above `above`. From the commit on, whatever
 * is said is newer than all that was said under any epoch before, also by a timeline that a restore has undone.
 */
export async function raiseEpoch(tx: Transaction, above = 0): Promise<number> {
  const [state] = await rows<{ epoch: number }>(
    tx,
    `UPDATE service_state
        SET epoch = greatest(epoch + 1, $1::bigint + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
     RETURNING epoch`,
    [above],
  );
  if (!state) throw new Error('service_state is empty: the migrations of this database were not run');
  return state.epoch;
}
