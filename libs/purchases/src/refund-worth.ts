export type RefundForm =
  | Readonly<{ whole: true }>
  | Readonly<{ lines: readonly Readonly<{ line: number; quantity: number }>[] }>
  | Readonly<{ amountMinor: number }>;

/** What of a purchase line a refund needs. Lines are known by their place in the purchase, from 1. */
export type PurchaseLine = Readonly<{ quantity: number; unitPriceMinor: number; discountMinor?: number | undefined }>;

export type RefusedWorth = Readonly<{ refused: 'unknown-line'; line: number }>;

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * What a refund is worth in minor units: whole, the purchase's total; by amount, that amount; by lines, for each line
 * floor(quantity x (line quantity x unitPriceMinor - discountMinor) / line quantity), each refund by itself (domain.md section 9).
 * A line discounted below zero is worth nothing. Worths beyond the safe integers are cut to the largest: no total is above it.
 */
export function refundWorth(
  form: RefundForm,
  purchase: Readonly<{ totalMinor: number; lines: readonly PurchaseLine[] }>,
): number | RefusedWorth {
  if ('whole' in form) return purchase.totalMinor;
  if ('amountMinor' in form) return form.amountMinor;

  let worth = 0n;
  for (const { line, quantity } of form.lines) {
    const bought = purchase.lines[line - 1];
    if (!bought) return { refused: 'unknown-line', line };
    worth += lineWorth(bought, quantity);
  }
  return Number(worth < LARGEST ? worth : LARGEST);
}

function lineWorth(bought: PurchaseLine, quantity: number): bigint {
  const units = BigInt(bought.quantity);
  const paid = units * BigInt(bought.unitPriceMinor) - BigInt(bought.discountMinor ?? 0);
  return paid > 0n ? (BigInt(quantity) * paid) / units : 0n;
}
