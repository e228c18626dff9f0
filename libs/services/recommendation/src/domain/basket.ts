import { MODEL } from './model.js';

/** Lines are known by their place, from 1. An article may stand in several. */
export type BasketLine = Readonly<{ sku: string; quantity: number }>;

export type RefundForm =
  | Readonly<{ whole: true }>
  | Readonly<{ lines: readonly Readonly<{ line: number; quantity: number }>[] }>
  | Readonly<{ amountMinor: number }>;

/** Amounts in minor units of the purchase's own currency; `refundedMinor` sums what all its refunds are worth. */
export type RefundedBasket = Readonly<{
  lines: readonly BasketLine[];
  totalMinor: number;
  refundedMinor: number;
  refunds: readonly RefundForm[];
}>;

/** The articles of a basket, each once, in the order of the lines. */
export const articlesOf = (lines: readonly BasketLine[]): readonly string[] => [
  ...new Set(lines.map(({ sku }) => sku)),
];

/**
 * The articles that refunds took out of a basket: all, if one was of the whole or their worth reached the total; else those of which
 * no line has a piece left. A line gives back no more than it had. Further refunds never bring one back.
 */
export function withdrawnArticles({ lines, totalMinor, refundedMinor, refunds }: RefundedBasket): ReadonlySet<string> {
  const isWhole = refunds.some((form) => 'whole' in form) || (totalMinor > 0 && refundedMinor >= totalMinor);
  if (isWhole) return new Set(articlesOf(lines));

  const left = lines.map(({ quantity }) => quantity);
  for (const form of refunds) {
    if (!('lines' in form)) continue;
    for (const { line, quantity } of form.lines) left[line - 1] = Math.max(0, (left[line - 1] ?? 0) - quantity);
  }
  const kept = new Set(lines.filter((_, place) => (left[place] ?? 0) > 0).map(({ sku }) => sku));
  return new Set(articlesOf(lines).filter((sku) => !kept.has(sku)));
}

/**
 * The articles of a basket that make pairs: all, or of a large basket as many as are allowed, those of least hash. It is known from the
 * purchase alone, falls on each article with equal chance, and leaves nobody's favourite out of all large baskets.
 */
export function pairedArticles(purchaseId: string, articles: readonly string[]): ReadonlySet<string> {
  if (articles.length <= MODEL.pairedMax) return new Set(articles);
  const drawn = articles.map((sku) => ({ sku, lot: fnv1a(`${purchaseId}/${sku}`) }));
  drawn.sort((a, b) => a.lot - b.lot || (a.sku < b.sku ? -1 : 1));
  return new Set(drawn.slice(0, MODEL.pairedMax).map(({ sku }) => sku));
}

/** FNV-1a over UTF-16 code units with the final mix of MurmurHash3, as FNV alone spreads the last characters poorly. 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
