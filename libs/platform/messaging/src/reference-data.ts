import type { Transaction } from '@tessera/platform-database';
import { rows } from '@tessera/platform-database';

/** Advisory lock on all that every member's result depends on (program, rates, definitions); any fixed number serves. */
const LOCK = 7_355_608_001;

export async function shareReferenceData(tx: Transaction): Promise<void> {
  await rows(tx, 'SELECT pg_advisory_xact_lock_shared($1)', [LOCK]);
}

/** Reference data: a change of it is seen by all transactions or by none, and makes every subject stale. */
export class ReferenceData {
  /** Keeps all member transactions out until this one ends, and answers the new basis; the refresh loop then works through all subjects. */
  async change(tx: Transaction): Promise<number> {
    await rows(tx, 'SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const [state] = await rows<{ basis: number }>(tx, 'UPDATE service_state SET basis = basis + 1 RETURNING basis');
    if (!state) throw new Error('service_state is empty: the migrations of this database were not run');
    return state.basis;
  }
}
