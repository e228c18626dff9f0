import type { Transaction } from '@tessera/platform-database';
import { rows } from '@tessera/platform-database';
import type { UpkeepKind } from './upkeep/errors.js';
import { assertPart, PHASE_OF_TRANSACTION, type UpkeepPhase } from './upkeep/phase.js';

/** Advisory lock on all that every member's result depends on (program, rates, definitions); any fixed number serves. */
const LOCK = 7_355_608_001;

export async function shareReferenceData(tx: Transaction): Promise<void> {
  await rows(tx, 'SELECT pg_advisory_xact_lock_shared($1)', [LOCK]);
}

/** Waits for all transactions that touch members, and keeps them out until this one ends. */
export async function lockReferenceData(tx: Transaction): Promise<void> {
  await rows(tx, 'SELECT pg_advisory_xact_lock($1)', [LOCK]);
}

type Changed = { basis: number; upkeep: UpkeepKind | null; phase: UpkeepPhase | null };

/** Reference data: a change of it is seen by all transactions or by none, and makes every subject stale. */
export class ReferenceData {
  /** Keeps all member transactions out until this one ends, and answers the new basis; the refresh loop then works through all subjects. Throws `ServiceInUpkeep`. */
  async change(tx: Transaction): Promise<number> {
    await lockReferenceData(tx);
    const [state] = await rows<Changed>(
      tx,
      `UPDATE service_state SET basis = basis + 1 RETURNING basis, upkeep, ${PHASE_OF_TRANSACTION} AS phase`,
    );
    if (!state) throw new Error('service_state is empty: the migrations of this database were not run');
    assertPart(state.upkeep, state.phase);
    return state.basis;
  }
}
