import type { BehaviorRecorded, CatalogItemChanged, PurchaseCreated, PurchaseRefunded } from '@tessera/contracts';

const DAY = 86_400_000;

export type Facts = Readonly<{
  registered: ReadonlySet<string>;
  purchases: readonly PurchaseCreated[];
  refunds: readonly PurchaseRefunded[];
  signals: readonly BehaviorRecorded[];
  catalog: readonly CatalogItemChanged[];
}>;

type Basket = Readonly<{ memberId: string; at: number; skus: ReadonlySet<string> }>;

/**
 * The README in a few lines, sharing nothing with the service: for shops of fewer than 30 articles and 100 baskets, where nothing
 * is sampled. Answers every article that may be listed, with its score.
 */
export function naiveScores(facts: Facts, memberId: string, t: number): ReadonlyMap<string, number> {
  const baskets = liveBaskets(facts);
  const mine = baskets.filter((basket) => basket.memberId === memberId);
  const skus = new Set([
    ...baskets.flatMap((basket) => [...basket.skus]),
    ...facts.signals
      .filter((signal) => signal.memberId === memberId && inWindow(signal, t))
      .flatMap(({ sku }) => sku ?? []),
  ]);
  const own = (sku: string): number =>
    share(
      sum(
        mine.filter((b) => b.skus.has(sku)),
        (b) => 0.5 ** ((t - b.at) / (90 * DAY)),
      ),
    );
  const viewed = (sku: string): number => {
    const lastBought = Math.max(-Infinity, ...mine.filter((b) => b.skus.has(sku)).map(({ at }) => at));
    const since = facts.signals.filter((s) => {
      return s.memberId === memberId && s.sku === sku && inWindow(s, t) && Date.parse(s.occurredAt) > lastBought;
    });
    const weight = { view: 1, favourite: 2, cart: 3, search: 0, visit: 0 };
    return share(sum(since, (s) => weight[s.kind] * 0.5 ** ((t - Date.parse(s.occurredAt)) / (3 * DAY))));
  };
  const seeds = [...skus]
    .map((sku) => ({ sku, weight: own(sku) + 0.8 * viewed(sku) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || (a.sku < b.sku ? -1 : 1))
    .slice(0, 8);
  const together = (sku: string): number =>
    sum(seeds, (seed) => seed.weight * naiveSimilarity(baskets, seed.sku, sku)) /
    (sum(seeds, ({ weight }) => weight) || 1);
  const popular = (sku: string): number =>
    sum(
      baskets.filter((b) => b.skus.has(sku)),
      (b) => 0.5 ** ((t - Math.floor(b.at / DAY) * DAY) / (60 * DAY)),
    );
  const highest = Math.max(0, ...[...skus].map(popular));

  const listed = [...skus].filter((sku) => inStock(facts, sku));
  return new Map(
    listed.map((sku): [string, number] => {
      const popularity = highest > 0 ? popular(sku) / highest : 0;
      return [sku, own(sku) + 0.8 * viewed(sku) + 0.6 * together(sku) + 0.05 * popularity];
    }),
  );
}

/** Cosine over baskets with shrinkage 5; 0 for an article beside itself. */
export function naiveSimilarity(baskets: readonly Basket[], a: string, b: string): number {
  if (a === b) return 0;
  const count = (...skus: string[]): number =>
    baskets.filter((basket) => skus.every((sku) => basket.skus.has(sku))).length;
  return count(a, b) / (Math.sqrt(count(a) * count(b)) + 5);
}

/** What members' baskets still hold, after all refunds. */
export function liveBaskets({ registered, purchases, refunds }: Facts): readonly Basket[] {
  return purchases
    .filter(({ memberId }) => registered.has(memberId))
    .map(({ memberId, purchaseId, purchasedAt, totalMinor, lines = [] }) => {
      const mine = refunds.filter((r) => r.purchaseId === purchaseId && r.memberId === memberId);
      const worth = (r: PurchaseRefunded): number => {
        if (r.whole) return totalMinor;
        return r.amountMinor ?? sum(r.lines ?? [], (one) => one.quantity * (lines[one.line - 1]?.unitPriceMinor ?? 0));
      };
      const isWhole = mine.some(({ whole }) => whole) || (totalMinor > 0 && sum(mine, worth) >= totalMinor);
      const left = lines.filter(({ quantity }, place) => {
        const named = mine.flatMap((r) => r.lines ?? []).filter(({ line }) => line === place + 1);
        return !isWhole && sum(named, (one) => one.quantity) < quantity;
      });
      return { memberId, at: Date.parse(purchasedAt), skus: new Set(left.map(({ sku }) => sku)) };
    });
}

export function inStock({ catalog }: Facts, sku: string): boolean {
  const versions = catalog.filter((item) => item.sku === sku).sort((a, b) => b.version - a.version);
  return versions[0]?.inStock ?? true;
}

const inWindow = ({ occurredAt }: BehaviorRecorded, t: number): boolean => Date.parse(occurredAt) > t - 14 * DAY;
const share = (x: number): number => x / (1 + x);
function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
