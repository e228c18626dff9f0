import type { PurchaseCreated, PurchaseRefunded } from '@tessera/contracts';
import { rows, type Transaction } from '@tessera/platform-database';
import type { Batch, ParkedFact, ParkedFacts, ParkedSummary } from '@tessera/platform-messaging';
import type { PurchaseFact } from '../purchase-fact.js';
import { loadPurchases } from './load-purchases.js';
import { listParked, summariseParked } from './parked-purchases.js';
import { recordPurchases, type RecordedPurchases } from './record-purchases.js';
import { recordRefunds, type RecordedRefunds } from './record-refunds.js';

/** Which members are registered, and the program's currency: null where no program is known yet. */
export type Gate = Readonly<{ ids: readonly string[]; registered: ReadonlySet<string>; currency: string | null }>;

const MARK = `CASE WHEN NOT m.registered THEN 'registration' WHEN $3::text IS NULL THEN 'program' WHEN p.currency <> $3 THEN 'rate' END`;

/**
 * A service's own copy of purchases and refunds, in its own database. Whoever calls has locked the members concerned. Recording only
 * keeps the facts; `gate`, then `load`, in the same transaction, say which of them count.
 */
export class PurchaseFacts implements ParkedFacts {
  /** Passes over copies and refuses `conflict` and `too-far-ahead` through the batch. Refunds that waited get their worth. */
  recordPurchases(batch: Batch<PurchaseCreated>): Promise<RecordedPurchases> {
    return recordPurchases(batch);
  }

  /** As above; `unknown-line` is refused too, though its number stays taken. Without its purchase a refund waits in its own row. */
  recordRefunds(batch: Batch<PurchaseRefunded>): Promise<RecordedRefunds> {
    return recordRefunds(batch);
  }

  /** In the order of `comparePurchases`; without those that wait for a program or a rate; every id has an entry. */
  load(tx: Transaction, memberIds: readonly string[]): Promise<ReadonlyMap<string, readonly PurchaseFact[]>> {
    return loadPurchases(tx, memberIds);
  }

  /** Marks what the purchases of these members wait for: their registration, a program, a rate for their currency, or nothing. */
  async gate(tx: Transaction, { ids, registered, currency }: Gate): Promise<void> {
    await rows(
      tx,
      `UPDATE purchases p SET waits_for = ${MARK}
         FROM unnest($1::text[], $2::boolean[]) AS m(member_id, registered)
        WHERE p.member_id = m.member_id AND p.waits_for IS DISTINCT FROM ${MARK}`,
      [ids, ids.map((id) => registered.has(id)), currency],
    );
  }

  /** Deletes all purchases and refunds of members who were erased. Facts of theirs that come later are to be forgotten again. */
  async forget(tx: Transaction, memberIds: readonly string[]): Promise<void> {
    if (memberIds.length === 0) return;
    await rows(tx, 'DELETE FROM refunds WHERE member_id = ANY ($1::text[])', [memberIds]);
    await rows(tx, 'DELETE FROM purchases WHERE member_id = ANY ($1::text[])', [memberIds]);
  }

  summary(tx: Transaction): Promise<readonly ParkedSummary[]> {
    return summariseParked(tx);
  }

  list(tx: Transaction, page: Readonly<{ limit: number; after?: ParkedFact }>): Promise<readonly ParkedFact[]> {
    return listParked(tx, page);
  }
}
