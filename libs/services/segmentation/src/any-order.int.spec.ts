import type { PurchaseCreated, PurchaseRefunded } from '@tessera/contracts';
import {
  aMemberErased,
  aMemberRegistered,
  aProgramPublished,
  aPurchaseCreated,
  aPurchaseRefunded,
  testService,
} from '@tessera/testing';
import fc from 'fast-check';
import { segmentation } from './index.js';
import { segmentEvents, settled, summaryOf } from './segmentation.features.js';

const DAY = 86_400_000;
const MEMBERS = 12;

type Facts = Readonly<{ purchases: readonly PurchaseCreated[]; refunds: readonly PurchaseRefunded[] }>;

/** Domain.md section 9 in a few lines, sharing nothing with the service. */
function expectedSegments({ purchases, refunds }: Facts, memberId: string, t: number): readonly string[] {
  const nets = purchases
    .filter((p) => p.memberId === memberId && Date.parse(p.purchasedAt) <= t)
    .map((p) => {
      const refunded = refunds
        .filter((r) => r.purchaseId === p.purchaseId && r.memberId === memberId && Date.parse(r.refundedAt) <= t)
        .reduce((sum, r) => sum + (r.whole ? p.totalMinor : (r.amountMinor ?? 0)), 0);
      return { age: t - Date.parse(p.purchasedAt), net: Math.max(0, p.totalMinor - refunded) };
    });
  const live = (days: number): number => nets.filter(({ age, net }) => net > 0 && age < days * DAY).length;
  const spend = nets.filter(({ age }) => age < 180 * DAY).reduce((sum, { net }) => sum + net, 0);
  const ever = live(Infinity);
  return [
    ...(live(90) > 0 ? ['active-90'] : []),
    ...(spend >= 100_000 ? ['big-180'] : []),
    ...(ever >= 2 && live(60) === 0 ? ['lapsing'] : []),
    ...(ever === 1 && live(30) === 1 ? ['new-buyers'] : []),
  ];
}

/** Purchases of 250 days, none of which crosses the end of a window while the test runs. */
function someFacts(now: number): fc.Arbitrary<Facts> {
  const at = fc.integer({ min: 0, max: 250 }).map((days) => new Date(now - days * DAY - DAY / 2).toISOString());
  const purchase = fc.record({
    member: fc.nat({ max: MEMBERS - 1 }),
    purchasedAt: at,
    totalMinor: fc.constantFrom(0, 1, 40_000, 99_999, 100_000),
    refunds: fc.array(fc.record({ refundedAt: at, amountMinor: fc.constantFrom(null, 0, 1, 40_000) }), {
      maxLength: 2,
    }),
  });
  return fc.array(purchase, { minLength: 60, maxLength: 60 }).map((drawn) => {
    const purchases = drawn.map(({ member, purchasedAt, totalMinor }, n) => {
      return aPurchaseCreated({ purchaseId: `p${n}`, memberId: `s${member}`, purchasedAt, totalMinor }).data;
    });
    const refunds = drawn.flatMap((p, n) =>
      p.refunds.map(({ refundedAt, amountMinor }, k) => {
        const known = { refundId: `r${n}-${k}`, purchaseId: `p${n}`, memberId: `s${p.member}`, refundedAt };
        return aPurchaseRefunded({ ...known, ...(amountMinor !== null && { amountMinor }) }).data;
      }),
    );
    return { purchases, refunds };
  });
}

describe('whatever the order of arrival', () => {
  const service = testService(segmentation, { prepare: async () => undefined });
  const now = Date.now();
  const [first = 0] = [Number(process.env['TESSERA_SEED'] ?? Date.now() % 1_000_000)];

  it.each([0, 1, 2].map((n) => [first + n]))('segments and states are those of the facts (seed %i)', async (seed) => {
    const [facts = { purchases: [], refunds: [] }] = fc.sample(someFacts(now), { seed, numRuns: 1 });
    const members = Array.from({ length: MEMBERS }, (_, n) => `s${n}`);
    const erased = members.slice(-2);
    const events = [
      aProgramPublished(),
      ...members.slice(1).map((memberId) => aMemberRegistered({ memberId })),
      ...erased.map((memberId) => aMemberErased({ memberId })),
      ...facts.purchases.map((data) => aPurchaseCreated(data)),
      ...facts.refunds.map((data) => aPurchaseRefunded(data)),
    ];
    const [shuffled = []] = fc.sample(fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), {
      seed,
      numRuns: 1,
    });

    await service.deliver(...shuffled);
    await settled(service);

    // The first member is never registered, the last are erased, and so they are in nothing.
    const expected = new Map(
      members.slice(1).map((id) => [id, erased.includes(id) ? [] : expectedSegments(facts, id, Date.now())]),
    );
    const counts: Record<string, number> = { 'active-90': 0, 'big-180': 0, lapsing: 0, 'new-buyers': 0 };
    for (const segment of [...expected.values()].flat()) counts[segment] = (counts[segment] ?? 0) + 1;
    expect(await summaryOf(service)).toEqual(counts);

    const stated = new Map<string, readonly string[]>();
    for (const event of await segmentEvents(service)) {
      expect(event.entered.length + event.left.length).toBeGreaterThan(0);
      stated.set(
        event.memberId,
        event.segments.map(({ segment }) => segment),
      );
    }
    for (const [memberId, segments] of expected)
      expect([memberId, stated.get(memberId) ?? []]).toEqual([memberId, segments]);
    expect(stated.has('s0')).toBe(false);
  });
});
