import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { Facts, PurchaseFacts, RefundFacts } from './facts.js';
import { type Expectation, expectationOf, type Leftovers } from './source.js';

/** The file's facts read once; `shiftDays` moves them as the run under judgement moved its events. */
export function uciOracle(file: string, shiftDays = 0): (asOf: Date) => Expectation {
  const { facts, leftovers } = factsOf(linesOf(file), shiftDays * 24 * 60 * 60 * 1000);
  return (asOf) => expectationOf(facts, leftovers, asOf);
}

type Line = { invoice: string; stock: string; units: number; at: number; price: number; customer: string };

function linesOf(file: string): { lines: Line[]; withoutCustomer: number } {
  const bytes = readFileSync(file);
  let withoutCustomer = 0;
  const lines: Line[] = parse(file.endsWith('.gz') ? gunzipSync(bytes) : bytes, {
    columns: true,
    bom: true,
    on_record: (row: Record<string, string>) => {
      if (row['CustomerID'] !== '') return lineOf(row);
      withoutCustomer += 1;
      return null;
    },
  });
  return { lines, withoutCustomer };
}

function lineOf(row: Record<string, string>): Line {
  return {
    invoice: row['InvoiceNo']!,
    stock: row['StockCode']!,
    units: Number(row['Quantity']),
    at: new Date(`${row['InvoiceDate']!.replace(' ', 'T')}Z`).getTime(),
    // The file's prices have three decimals at most; tenths of a penny are whole numbers, so half up is exact.
    price: Math.floor((Math.round(Number(row['UnitPrice']) * 1000) + 5) / 10),
    customer: String(parseInt(row['CustomerID']!, 10)),
  };
}

type Read = ReturnType<typeof linesOf>;

function factsOf({ lines, withoutCustomer }: Read, shiftMs: number): { facts: Facts; leftovers: Leftovers } {
  const iso = (at: number): string => new Date(at + shiftMs).toISOString();
  const invoices = Object.values(groupBy(lines, ({ invoice, customer }) => `${invoice} of ${customer}`));
  const timeOf = (invoice: Line[]): number => Math.min(...invoice.map(({ at }) => at));
  const bought = invoices.filter(([first]) => !first!.invoice.startsWith('C'));
  const cancelled = invoices.filter(([first]) => first!.invoice.startsWith('C'));

  const purchases: PurchaseFacts[] = bought.map((invoice) => ({
    purchaseId: invoice[0]!.invoice,
    memberId: invoice[0]!.customer,
    purchasedAt: iso(timeOf(invoice)),
    totalMinor: sum(invoice.map(({ units, price }) => units * price)),
  }));
  const { refunds, unmatchedUnits } = refundsOf(bought, cancelled, timeOf);
  const members = [...new Set(purchases.map(({ memberId }) => memberId))];
  const everybody = new Set(lines.map(({ customer }) => customer));
  return {
    facts: { members, purchases, refunds: refunds.map((refund) => ({ ...refund, refundedAt: iso(refund.at) })) },
    leftovers: {
      customersWithoutPurchase: everybody.size - members.length,
      linesWithoutCustomer: withoutCustomer,
      unmatchedUnits,
    },
  };
}

type Taken = Omit<RefundFacts, 'refundedAt'> & { at: number };

/** Every unit that was sold is looked at anew for each cancelled line: slow, and nothing to get wrong. */
function refundsOf(
  bought: Line[][],
  cancelled: Line[][],
  timeOf: (invoice: Line[]) => number,
): { refunds: Taken[]; unmatchedUnits: number } {
  const sold = bought.flatMap((invoice) =>
    invoice.map((line, position) => ({ ...line, at: timeOf(invoice), position, left: line.units })),
  );
  const soldTo = groupBy(sold, ({ customer, stock }) => `${customer} bought ${stock}`);
  const inTurn = [...cancelled].sort((a, b) => timeOf(a) - timeOf(b) || (a[0]!.invoice < b[0]!.invoice ? -1 : 1));

  const refunds = new Map<string, Taken>();
  let unmatchedUnits = 0;
  for (const cancellation of inTurn) {
    const at = timeOf(cancellation);
    for (const { invoice, customer, stock, units } of cancellation) {
      const candidates = (soldTo[`${customer} bought ${stock}`] ?? [])
        .filter((line) => line.at <= at)
        .sort(
          (a, b) => b.at - a.at || (a.invoice === b.invoice ? a.position - b.position : a.invoice < b.invoice ? 1 : -1),
        );
      let toTake = -units;
      for (const line of candidates) {
        const taken = Math.min(toTake, line.left);
        if (taken === 0) continue;
        toTake -= taken;
        line.left -= taken;
        const refundId = `${invoice} takes back of ${line.invoice}`;
        const before = refunds.get(refundId)?.amountMinor ?? 0;
        const amountMinor = before + taken * line.price;
        refunds.set(refundId, { refundId, purchaseId: line.invoice, memberId: customer, at, amountMinor });
      }
      unmatchedUnits += toTake;
    }
  }
  return { refunds: [...refunds.values()], unmatchedUnits };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, T[]> {
  const groups: Record<string, T[]> = {};
  for (const item of items) (groups[keyOf(item)] ??= []).push(item);
  return groups;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
