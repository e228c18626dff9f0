type Row = Readonly<{ sku: string; quantity: number; unitPriceMinor: number }>;
export type BoughtOrCancelled = Readonly<{ id: string; customer: string; at: number; rows: readonly Row[] }>;
type Units = { purchaseId: string; at: number; left: number; unitPriceMinor: number };

/**
 * Finds what cancellations take back. They do not say which purchase they undo, so the latest units of the same
 * customer and stock code that are not yet taken back go first. To be asked in the order of the cancellations.
 */
export class TakeBack {
  private readonly bought = new Map<string, Units[]>();
  /** Cancelled units that no earlier purchase explains. */
  unmatchedUnits = 0;

  constructor(purchases: readonly BoughtOrCancelled[]) {
    const latestFirst = [...purchases].sort(
      (a, b) => b.at - a.at || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id)),
    );
    for (const { id, customer, at, rows } of latestFirst) {
      for (const { sku, quantity, unitPriceMinor } of rows) {
        const key = `${customer} ${sku}`;
        const units = this.bought.get(key) ?? [];
        units.push({ purchaseId: id, at, left: quantity, unitPriceMinor });
        this.bought.set(key, units);
      }
    }
  }

  /** Amount taken back per purchase hit, in minor units at the price paid. */
  apply(cancellation: BoughtOrCancelled): Map<string, number> {
    const amounts = new Map<string, number>();
    for (const { sku, quantity } of cancellation.rows) {
      let wanted = -quantity;
      for (const units of this.bought.get(`${cancellation.customer} ${sku}`) ?? []) {
        if (wanted === 0) break;
        if (units.at > cancellation.at || units.left === 0) continue;
        const taken = Math.min(wanted, units.left);
        wanted -= taken;
        units.left -= taken;
        amounts.set(units.purchaseId, (amounts.get(units.purchaseId) ?? 0) + taken * units.unitPriceMinor);
      }
      this.unmatchedUnits += wanted;
    }
    return amounts;
  }
}
