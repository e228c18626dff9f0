import type { PurchaseCreated, PurchaseRefunded, TierChanged } from '@tessera/contracts';
import { compareRefunds, type PurchaseFact } from '@tessera/purchases';
import { aProgramPublished, aPurchaseCreated, aPurchaseRefunded, type BuiltEvent, testService } from '@tessera/testing';
import fc from 'fast-check';
import { tierRules } from './derive-tiers.js';
import { tierHistory } from './domain/tier-history.js';
import { membership } from './index.js';

const HOUR_MS = 3_600_000;
const EPOCH = Date.parse('2026-01-01T00:00:00.000Z');
const MEMBERS = ['a', 'b', 'c', 'd'];

type Step = BuiltEvent | { register: string };

/** Windows of two days over a week, so that exits, ties and refunds before their purchase all happen. */
const program = aProgramPublished({
  tierWindowDays: 2,
  tiers: aProgramPublished().data.tiers.map((tier, place) => ({ ...tier, fromMinor: place * 100 })),
}).data;

const someHour = fc.integer({ min: 0, max: 24 * 7 }).map((hour) => new Date(EPOCH + hour * HOUR_MS).toISOString());
const somePurchase = fc.record({
  memberId: fc.constantFrom(...MEMBERS),
  purchasedAt: someHour,
  totalMinor: fc.integer({ min: 0, max: 150 }),
  refunds: fc.array(fc.record({ refundedAt: someHour, amountMinor: fc.integer({ min: 0, max: 100 }) }), {
    maxLength: 2,
  }),
});

/** A history of the members' purchases, and an order in which all of it arrives, most of it twice, in batches of any size. */
const someArrival = fc.array(somePurchase, { minLength: 1, maxLength: 30 }).chain((bought) => {
  const purchases = bought.map(({ refunds, ...data }, n) => ({
    created: { ...data, purchaseId: `p${n}`, currency: 'EUR' },
    refunds,
  }));
  const events: Step[] = purchases.flatMap(({ created, refunds }) => [
    aPurchaseCreated(created) as BuiltEvent,
    ...refunds.map(
      (refund, n) =>
        aPurchaseRefunded({
          ...refund,
          purchaseId: created.purchaseId,
          memberId: created.memberId,
          refundId: `r${created.purchaseId}-${n}`,
        }) as BuiltEvent,
    ),
  ]);
  const steps = [...events, ...events, ...MEMBERS.map((register) => ({ register }))];
  return fc.record({
    facts: fc.constant(events),
    steps: fc.shuffledSubarray(steps, { minLength: steps.length, maxLength: steps.length }),
  });
});

describe('any order of arrival', () => {
  const service = testService(membership, { prepare: async () => undefined });

  it('gives the same histories: those of all facts at once', async () => {
    await service.http('POST', '/programs', { body: program });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(someArrival, async ({ facts, steps }) => {
        run += 1;
        const named = (memberId: string): string => `${memberId}:${run}`;
        let batch: BuiltEvent[] = [];
        for (const step of [...steps, null]) {
          if (step && 'contract' in step) batch.push(renamed(step, named));
          else {
            await service.deliver(...batch);
            batch = [];
            if (step) await service.http('POST', '/members', { body: { memberId: named(step.register) } });
          }
        }

        for (const memberId of MEMBERS) {
          const told = (await service.published('tier.changed')).filter(({ key }) => key === named(memberId));
          const expected = tierHistory(factsOf(memberId, facts), tierRules([program]), new Date());
          expect((told.at(-1)?.data as TierChanged | undefined)?.history ?? []).toEqual(
            expected.entries.map((entry) => ({ ...entry, effectiveAt: entry.effectiveAt.toISOString() })),
          );
        }
      }),
      { numRuns: 25 },
    );
    expect(await service.sql('SELECT count(*)::int AS n FROM dead_letters')).toEqual([{ n: 0 }]);
  });
});

function renamed(event: BuiltEvent, named: (memberId: string) => string): BuiltEvent {
  const data = event.data as PurchaseCreated | PurchaseRefunded;
  return { ...event, data: { ...data, memberId: named(data.memberId) } };
}

function factsOf(memberId: string, events: readonly Step[]): readonly PurchaseFact[] {
  const all = events.flatMap((event) =>
    'contract' in event ? [event.data as PurchaseCreated | PurchaseRefunded] : [],
  );
  const refunds = all.flatMap((data) => ('refundId' in data ? [data] : []));
  return all
    .flatMap((data) => ('totalMinor' in data && data.memberId === memberId ? [data] : []))
    .map(({ purchaseId, purchasedAt, totalMinor }) => ({
      memberId,
      purchaseId,
      purchasedAt: new Date(purchasedAt),
      totalMinor,
      backfill: false,
      refunds: refunds
        .filter((refund) => refund.purchaseId === purchaseId)
        .map(({ refundId, refundedAt, amountMinor = 0 }) => ({
          refundId,
          refundedAt: new Date(refundedAt),
          amountMinor,
          backfill: false,
        }))
        .sort(compareRefunds),
    }))
    .sort((a, b) => a.purchasedAt.getTime() - b.purchasedAt.getTime() || (a.purchaseId < b.purchaseId ? -1 : 1));
}
