import { comparePurchases, compareRefunds, type PurchaseFact, type RefundFact } from '@tessera/purchases';
import fc from 'fast-check';
import type { Condition, Rule } from './rule.js';

/** The definitions of domain.md section 9 written down as they stand, slowly: what the fast code is judged by. */
export const DAY = 24 * 60 * 60 * 1_000;
const HALF_DAY = DAY / 2;

export function naiveNet(p: PurchaseFact, t: number): number {
  const refunded = p.refunds.filter((r) => r.refundedAt.getTime() <= t).reduce((sum, r) => sum + r.amountMinor, 0);
  return Math.max(0, p.totalMinor - refunded);
}

export function naiveMeasure(condition: Condition, purchases: readonly PurchaseFact[], t: number): number {
  const { measure, withinDays } = condition;
  const nets = purchases
    .filter(({ purchasedAt }) => purchasedAt.getTime() <= t)
    .filter(({ purchasedAt }) => withinDays === null || purchasedAt.getTime() > t - withinDays * DAY)
    .map((p) => naiveNet(p, t));
  return measure === 'live-purchases' ? nets.filter((net) => net > 0).length : nets.reduce((sum, net) => sum + net, 0);
}

export function naiveHolds(rule: Rule, purchases: readonly PurchaseFact[], t: number): boolean {
  if ('all' in rule) return !rule.all.some((part) => !naiveHolds(part, purchases, t));
  if ('any' in rule) return !rule.any.every((part) => !naiveHolds(part, purchases, t));
  if ('not' in rule) return !naiveHolds(rule.not, purchases, t);
  const measured = naiveMeasure(rule, purchases, t);
  if (rule.is === 'exactly') return measured === rule.value;
  return rule.is === 'at-least' ? measured >= rule.value : measured <= rule.value;
}

/** Windows of the rules that are drawn here, in days. */
export const WINDOWS = [1, 2, 3, 5];

/** Every instant at which anything could change: purchases, refunds, and each purchase's exit from each window. */
export function naiveInstants(purchases: readonly PurchaseFact[]): readonly number[] {
  const instants = purchases.flatMap(({ purchasedAt, refunds }) => [
    purchasedAt.getTime(),
    ...refunds.map(({ refundedAt }) => refundedAt.getTime()),
    ...WINDOWS.map((days) => purchasedAt.getTime() + days * DAY),
  ]);
  return [...new Set(instants)].sort((a, b) => a - b);
}

/** Instants half a day apart, so that ties, exits at exactly an instant and refunds beforehand are frequent. */
export const someInstant = fc.integer({ min: -2, max: 24 }).map((halfDays) => halfDays * HALF_DAY);

const someRefund = fc.record<RefundFact>({
  refundId: fc.string({ minLength: 1, maxLength: 2 }),
  refundedAt: someInstant.map((at) => new Date(at)),
  amountMinor: fc.constantFrom(0, 1, 50, 100, 300),
  backfill: fc.boolean(),
});

const somePurchase = fc.record<PurchaseFact>({
  memberId: fc.constant('m1'),
  purchaseId: fc.string({ minLength: 1, maxLength: 2 }),
  purchasedAt: fc.integer({ min: 0, max: 14 }).map((halfDays) => new Date(halfDays * HALF_DAY)),
  totalMinor: fc.constantFrom(0, 1, 50, 100, 250),
  backfill: fc.boolean(),
  refunds: fc
    .uniqueArray(someRefund, { selector: ({ refundId }) => refundId, maxLength: 3 })
    .map((refunds) => refunds.sort(compareRefunds)),
});

export const somePurchases: fc.Arbitrary<readonly PurchaseFact[]> = fc
  .uniqueArray(somePurchase, { selector: ({ purchaseId }) => purchaseId, maxLength: 7 })
  .map((purchases) => purchases.sort(comparePurchases));

const someWindow = fc.constantFrom(null, ...WINDOWS);
const someComparison = fc.constantFrom('at-least' as const, 'at-most' as const, 'exactly' as const);

export const someCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    measure: fc.constant('live-purchases' as const),
    withinDays: someWindow,
    is: someComparison,
    value: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({
    measure: fc.constant('net-spend' as const),
    withinDays: someWindow,
    is: someComparison,
    value: fc.constantFrom(0, 1, 50, 100, 101, 350),
  }),
);

export const someRule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: someCondition, weight: 4 },
    { arbitrary: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })), weight: 3 },
    { arbitrary: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })), weight: 2 },
    { arbitrary: tie('rule').map((not) => ({ not })), weight: 1 },
  ),
})).rule;
