import type { Facts } from './facts.js';
import { type MessageBounds, messageBounds } from './message-bounds.js';
import { naiveTotals, refundedMinor } from './naive-totals.js';

/** `source` of the report: what the figures must be, as of an instant. Money in minor units. */
export type Source = Readonly<{
  purchases: number;
  members: number;
  customersWithoutPurchase: number;
  linesWithoutCustomer: number;
  grossMinor: number;
  refundedMinor: number;
  refundEvents: number;
  unmatchedUnits: number;
  points: number;
  tiers: Readonly<Record<string, number>>;
  segments: Readonly<Record<string, number>>;
}>;

/** What only a file has: rows and units that become no fact. All 0 for a shop that was made up. */
export type Leftovers = Pick<Source, 'customersWithoutPurchase' | 'linesWithoutCustomer' | 'unmatchedUnits'>;

export const NO_LEFTOVERS: Leftovers = { customersWithoutPurchase: 0, linesWithoutCustomer: 0, unmatchedUnits: 0 };

export function sourceOf(facts: Facts, leftovers: Leftovers, asOf: Date): Source {
  const { members, points, tiers, segments } = naiveTotals(facts, asOf);
  return {
    purchases: facts.purchases.length,
    members,
    customersWithoutPurchase: leftovers.customersWithoutPurchase,
    linesWithoutCustomer: leftovers.linesWithoutCustomer,
    grossMinor: facts.purchases.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
    refundedMinor: refundedMinor(facts),
    refundEvents: facts.refunds.length,
    unmatchedUnits: leftovers.unmatchedUnits,
    points,
    tiers,
    segments,
  };
}

/** What an oracle says of an instant: the figures of the report, and whom messages must and may have reached. */
export type Expectation = Readonly<{ source: Source; messages: MessageBounds }>;

export function expectationOf(facts: Facts, leftovers: Leftovers, asOf: Date): Expectation {
  return { source: sourceOf(facts, leftovers, asOf), messages: messageBounds(facts, asOf) };
}
