import type { PurchaseCreated, PurchaseRefunded } from '@tessera/contracts';
import { rows, type Transaction } from '@tessera/platform-database';
import type { Batch, ParkedFact, ParkedFacts, ParkedSummary } from '@tessera/platform-messaging';
import type { PurchaseFact } from '../purchase-fact.js';
import { type Gate, gateNew, gatePurchases } from './gate-purchases.js';
import { loadPurchases } from './load-purchases.js';
import { listParked, summariseParked } from './parked-purchases.js';
import { type NewPurchase, recordPurchases, type RecordedPurchases } from './record-purchases.js';
import { recordRefunds, type RecordedRefunds } from './record-refunds.js';

export type { Gate, NewPurchase };

/**
 * A service's own copy of purchases and refunds, in its own database. Whoever calls has locked the members concerned. Recording only
 * keeps the facts; `gate`, in the same transaction, says which of them count.
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

  /**
   * Marks what the purchases of these members wait for: their registration, a program, a rate for their currency, or nothing. Answers
   * what counts of the registered ones, as `load` does.
   */
  gate(tx: Transaction, gate: Gate): Promise<ReadonlyMap<string, readonly PurchaseFact[]>> {
    return gatePurchases(tx, gate);
  }

  /** The same for purchases that have just been recorded and nothing else: answers which of them count. */
  gateNew(tx: Transaction, recorded: readonly NewPurchase[], gate: Omit<Gate, 'ids'>): Promise<readonly NewPurchase[]> {
    return gateNew(tx, recorded, gate);
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
