/** What a demo pours into the system, in the form the collector takes it: the `data` of its events. */

export type ShopLine = Readonly<{
  sku: string;
  name?: string;
  category?: string;
  brand?: string;
  quantity: number;
  unitPriceMinor: number;
  discountMinor?: number;
}>;

export type ShopPurchase = Readonly<{
  purchaseId: string;
  memberId: string;
  purchasedAt: string;
  currency: string;
  totalMinor: number;
  lines: readonly ShopLine[];
}>;

type RefundOf = Readonly<{ refundId: string; purchaseId: string; memberId: string; refundedAt: string }>;
export type RefundedLine = Readonly<{ line: number; quantity: number }>;

/** Exactly one of the three forms; line numbers are 1-based positions in the purchase's lines. */
export type ShopRefund = RefundOf &
  (Readonly<{ whole: true }> | Readonly<{ lines: readonly RefundedLine[] }> | Readonly<{ amountMinor: number }>);

export type ShopArticle = Readonly<{
  sku: string;
  version: number;
  name: string;
  category: string;
  brand: string;
  priceMinor: number;
  currency: string;
  inStock: boolean;
  changedAt: string;
}>;

export type ShopBehavior = Readonly<{
  behaviorId: string;
  memberId: string;
  kind: 'view' | 'cart';
  sku: string;
  quantity?: number;
  occurredAt: string;
  channel: string;
}>;

/** One shop's history, its times already moved. `skipped` counts rows of a file that could not be anybody's purchase. */
export type Shop = Readonly<{
  currency: string;
  members: readonly string[];
  /** Members who want no e-mail; all others consent to it. */
  refusing: ReadonlySet<string>;
  /** Empty where the shop's source does not tell them. */
  articles: readonly ShopArticle[];
  behaviors: readonly ShopBehavior[];
  purchases: readonly ShopPurchase[];
  refunds: readonly ShopRefund[];
  /** Numbers of purchases and refunds that are reported only after all others, as tills that were offline do. */
  late: ReadonlySet<string>;
  skipped: number;
  shiftDays: number;
}>;
