import { rows, type Transaction } from '@tessera/platform-database';
import { ServiceInUpkeep, type UpkeepKind } from './errors.js';

/**
 * As what a transaction takes part in upkeep: `replaying`, old events are recorded, nothing is derived or said; `catching-up`, events missed by a
 * restored database take effect as if they came now; `announcing`, each state is said once, as it is. A transaction without one is shut out meanwhile.
 */
export type UpkeepPhase = 'replaying' | 'catching-up' | 'announcing';

/** For selecting in any transaction what `enter` set in it. */
export const PHASE_OF_TRANSACTION = `nullif(current_setting('tessera.upkeep', true), '')`;

/** Marks the transaction; throws `ServiceInUpkeep` for one that has no part in the upkeep under way, or comes when it has ended. */
export async function enter(tx: Transaction, phase: UpkeepPhase | null): Promise<void> {
  const [state] = await rows<{ upkeep: UpkeepKind | null }>(
    tx,
    `SELECT upkeep, set_config('tessera.upkeep', $1, true) FROM service_state`,
    [phase ?? ''],
  );
  assertPart(state?.upkeep ?? null, phase);
}

export function assertPart(upkeep: UpkeepKind | null, phase: UpkeepPhase | null): void {
  if (upkeep !== null && phase === null) throw new ServiceInUpkeep(upkeep);
  if (upkeep === null && phase !== null) throw new ServiceInUpkeep(phase === 'replaying' ? 'rebuilding' : 'restoring');
}
