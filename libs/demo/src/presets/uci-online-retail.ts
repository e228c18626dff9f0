import { shiftToNow, DAY_MS } from '../time-shift.js';
import type { Shop, ShopPurchase } from '../shop.js';
import { TakeBack } from './take-back.js';
import { uciRows, type UciRow } from './uci-rows.js';

type Invoice = { id: string; customer: string; at: number; rows: UciRow[] };

/**
 * The UCI Online Retail file as a shop (docs: domain, section 10): invoices are purchases, cancellations become refunds
 * by amount of what they take back, and all times move by whole weeks so that the last purchase is just before `now`.
 */
export async function uciOnlineRetail(file: string, now: Date): Promise<Shop> {
  const { invoices, skipped } = await readInvoices(file);
  const purchases = invoices.filter(({ id }) => !id.startsWith('C'));
  const cancellations = invoices.filter(({ id }) => id.startsWith('C')).sort(inTime);
  const last = purchases.reduce((latest, { at }) => Math.max(latest, at), -Infinity);
  const shiftMs = purchases.length === 0 ? 0 : shiftToNow(new Date(last), now);

  const takeBack = new TakeBack(purchases);
  return {
    currency: 'GBP',
    members: [...new Set(purchases.map(({ customer }) => customer))],
    refusing: new Set(),
    articles: [],
    behaviors: [],
    purchases: purchases.map((invoice) => asPurchase(invoice, shiftMs)),
    refunds: cancellations.flatMap((cancellation) =>
      [...takeBack.apply(cancellation)].map(([purchaseId, amountMinor]) => ({
        refundId: `${cancellation.id}:${purchaseId}`,
        purchaseId,
        memberId: cancellation.customer,
        refundedAt: new Date(cancellation.at + shiftMs).toISOString(),
        amountMinor,
      })),
    ),
    late: new Set(),
    skipped,
    shiftDays: shiftMs / DAY_MS,
  };
}

async function readInvoices(file: string): Promise<{ invoices: Invoice[]; skipped: number }> {
  const invoices = new Map<string, Invoice>();
  let skipped = 0;
  for await (const row of uciRows(file)) {
    if (!row) {
      skipped += 1;
      continue;
    }
    const key = `${row.invoice} ${row.customer}`;
    const invoice = invoices.get(key);
    if (invoice) {
      invoice.at = Math.min(invoice.at, row.at);
      invoice.rows.push(row);
    } else invoices.set(key, { id: row.invoice, customer: row.customer, at: row.at, rows: [row] });
  }
  return { invoices: [...invoices.values()], skipped };
}

function inTime(a: Invoice, b: Invoice): number {
  return a.at - b.at || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
}

function asPurchase({ id, customer, at, rows }: Invoice, shiftMs: number): ShopPurchase {
  return {
    purchaseId: id,
    memberId: customer,
    purchasedAt: new Date(at + shiftMs).toISOString(),
    currency: 'GBP',
    totalMinor: rows.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0),
    lines: rows.map(({ sku, name, quantity, unitPriceMinor }) => ({
      sku,
      ...(name === '' ? {} : { name }),
      quantity,
      unitPriceMinor,
    })),
  };
}
