import { rows, type Transaction } from '@tessera/platform-database';
import type { PurchaseFact } from '../purchase-fact.js';
import { loadPurchases } from './load-purchases.js';
import type { NewPurchase } from './record-purchases.js';

/** Which members are registered, and the program's currency: null where no program is known yet. */
export type Gate = Readonly<{ ids: readonly string[]; registered: ReadonlySet<string>; currency: string | null }>;

type Mark = Readonly<{ memberId: string; purchaseId: string; waitsFor: string | null }>;

/** What is read anyway is compared here, so that only purchases whose mark is to change are written. */
export async function gatePurchases(
  tx: Transaction,
  { ids, registered, currency }: Gate,
): Promise<ReadonlyMap<string, readonly PurchaseFact[]>> {
  const strangers = ids.filter((id) => !registered.has(id));
  if (strangers.length > 0) {
    await rows(
      tx,
      `UPDATE purchases SET waits_for = 'registration'
        WHERE member_id = ANY ($1::text[]) AND waits_for IS DISTINCT FROM 'registration'`,
      [strangers],
    );
  }
  const changed: Mark[] = [];
  const loaded = await loadPurchases(
    tx,
    [...registered],
    ({ memberId, purchaseId, currency: paid, waitsFor: before }) => {
      const waitsFor = missing(paid, currency);
      if (waitsFor !== before) changed.push({ memberId, purchaseId, waitsFor });
      return waitsFor === null;
    },
  );
  await mark(tx, changed);
  return loaded;
}

export async function gateNew(
  tx: Transaction,
  recorded: readonly NewPurchase[],
  { registered, currency }: Omit<Gate, 'ids'>,
): Promise<readonly NewPurchase[]> {
  const marks = recorded.map(({ memberId, purchaseId, currency: paid }): Mark => {
    const waitsFor = registered.has(memberId) ? missing(paid, currency) : 'registration';
    return { memberId, purchaseId, waitsFor };
  });
  await mark(
    tx,
    marks.filter(({ waitsFor }) => waitsFor !== null),
  );
  return recorded.filter((_, at) => marks[at]?.waitsFor === null);
}

function missing(paid: string, currency: string | null): 'program' | 'rate' | null {
  if (currency === null) return 'program';
  return paid === currency ? null : 'rate';
}

async function mark(tx: Transaction, marks: readonly Mark[]): Promise<void> {
  if (marks.length === 0) return;
  await rows(
    tx,
    `UPDATE purchases p SET waits_for = m.waits_for
       FROM unnest($1::text[], $2::text[], $3::text[]) AS m(purchase_id, member_id, waits_for)
      WHERE p.purchase_id = m.purchase_id AND p.member_id = m.member_id`,
    [
      marks.map(({ purchaseId }) => purchaseId),
      marks.map(({ memberId }) => memberId),
      marks.map(({ waitsFor }) => waitsFor),
    ],
  );
}
