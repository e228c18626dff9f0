/**
 * What the oracle judges by: bare facts, in the fields that purchase.created and purchase.refunded carry. Declared here
 * anew, because an oracle imports nothing of what it judges.
 */
export type PurchaseFacts = Readonly<{
  purchaseId: string;
  memberId: string;
  purchasedAt: string;
  totalMinor: number;
  lines?:
    readonly Readonly<{ quantity: number; unitPriceMinor: number; discountMinor?: number | undefined }>[] | undefined;
}>;

export type RefundFacts = Readonly<{
  refundId: string;
  purchaseId: string;
  memberId: string;
  refundedAt: string;
  whole?: true | undefined;
  lines?: readonly Readonly<{ line: number; quantity: number }>[] | undefined;
  amountMinor?: number | undefined;
}>;

/** Each fact once. Facts of people who are not in `members` count for nothing, nor do refunds without their purchase. */
export type Facts = Readonly<{
  members: readonly string[];
  /** Members who want no e-mail; all others consent to it. */
  refusing?: ReadonlySet<string>;
  /** Members who were erased: they keep their tier, and have no points and no segments, whatever they bought. */
  erased?: ReadonlySet<string>;
  purchases: readonly PurchaseFacts[];
  refunds: readonly RefundFacts[];
}>;

/** The rules of the default program (docs: domain, section 9). Rate and multipliers in hundredths, money in minor units. */
export type OracleProgram = Readonly<{
  exponent: number;
  rate: number;
  tiers: readonly Readonly<{ tier: string; fromMinor: number; multiplier: number }>[];
}>;

export const DEFAULT_PROGRAM: OracleProgram = {
  exponent: 2,
  rate: 100,
  tiers: [
    { tier: 'basic', fromMinor: 0, multiplier: 100 },
    { tier: 'silver', fromMinor: 50_000, multiplier: 200 },
    { tier: 'gold', fromMinor: 200_000, multiplier: 500 },
  ],
};
