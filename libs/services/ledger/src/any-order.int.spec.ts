import {
  aMemberErased,
  aMemberRegistered,
  aProgramPublished,
  aPurchaseCreated,
  aPurchaseRefunded,
  aTierChanged,
  type BuiltEvent,
  testService,
} from '@tessera/testing';
import fc from 'fast-check';
import { ledger as definition } from './index.js';

const MEMBERS = 8;
const ERASED = 's7';
const multipliers: Record<string, number> = { basic: 1, silver: 2, gold: 5 };
const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1) + minute * 60_000).toISOString();

type SomePurchase = { minute: number; totalMinor: number; refunds: number[] };
type SomeMember = { purchases: SomePurchase[]; tiers: { minute: number; after: number | null; tier: string }[] };

/** Few minutes, so that purchases, tiers and their ties meet; totals and refunds that round differently. */
const someMember: fc.Arbitrary<SomeMember> = fc.record({
  purchases: fc.array(
    fc.record({
      minute: fc.nat(6),
      totalMinor: fc.nat(99_99),
      refunds: fc.array(fc.nat(60_00), { maxLength: 2 }),
    }),
    { maxLength: 6 },
  ),
  tiers: fc.array(
    fc.record({
      minute: fc.nat(6),
      after: fc.option(fc.nat(6)),
      tier: fc.constantFrom(...Object.keys(multipliers)),
    }),
    { maxLength: 4 },
  ),
});

describe('whatever the order of arrival', () => {
  const ledger = testService(definition, { prepare: async () => undefined });

  it.each([1, 2, 3])('each member owns the points due, and the books balance (seed %d)', async (seed) => {
    const [members] = fc.sample(fc.array(someMember, { minLength: MEMBERS, maxLength: MEMBERS }), { numRuns: 1, seed });
    const facts = (members ?? []).flatMap((member, index) => factsOf(`s${index}`, member));
    facts.push(aMemberErased({ memberId: ERASED }));
    const [order] = fc.sample(fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 }), {
      numRuns: 1,
      seed,
    });

    await ledger.deliver(aProgramPublished());
    for (const [index, fact] of (order ?? []).entries()) {
      await ledger.deliver(fact);
      if (index % 5 === 0) await spendSome(`s${index % MEMBERS}`, index);
    }

    const owned = await ledger.sql<{ member_id: string; points: string }>(
      `SELECT member_id, pending + active + held + spent + expired - arrears AS points FROM wallets
        WHERE member_id <> $1 ORDER BY member_id`,
      [ERASED],
    );
    const due = (members ?? [])
      .map((member, index) => ({ member_id: `s${index}`, points: pointsDueTo(member) }))
      .filter(({ member_id }) => member_id !== ERASED);
    expect(owned.map((row) => ({ ...row, points: Number(row.points) })).filter(({ points }) => points > 0)).toEqual(
      due.filter(({ points }) => points > 0),
    );
    expect(
      await ledger.sql(`SELECT FROM wallets WHERE member_id = $1 AND pending + active + held + expired + arrears > 0`, [
        ERASED,
      ]),
    ).toEqual([]);
    expect((await ledger.http('GET', '/books')).body).toMatchObject({ balanced: true });
  });

  const spendSome = (memberId: string, index: number) =>
    ledger.http('POST', `/members/${memberId}/redemptions`, {
      body: { points: 10 },
      headers: { 'idempotency-key': `k${index}` },
    });
});

function factsOf(memberId: string, { purchases, tiers }: SomeMember): BuiltEvent[] {
  const history = inOrder(tiers).map(({ minute, after, tier }) => ({
    effectiveAt: at(minute),
    afterPurchaseId: after === null ? null : `p${after}`,
    tier,
  }));
  return [
    aMemberRegistered({ memberId }),
    aTierChanged({ memberId, history }),
    ...purchases.flatMap(({ minute, totalMinor, refunds }, index) => [
      aPurchaseCreated({ memberId, purchaseId: `p${index}`, purchasedAt: at(minute), totalMinor }),
      ...refunds.map((amountMinor, number) =>
        aPurchaseRefunded({ memberId, purchaseId: `p${index}`, refundId: `r${index}-${number}`, amountMinor }),
      ),
    ]),
  ];
}

/** Said anew and naively, so that it shares no mistake with what it judges. Ids here have one digit: their order is that of numbers. */
function pointsDueTo({ purchases, tiers }: SomeMember): number {
  return purchases.reduce((sum, { minute, totalMinor, refunds }, index) => {
    const held = inOrder(tiers).findLast(
      (entry) => entry.minute < minute || (entry.minute === minute && (entry.after ?? -1) < index),
    );
    const net = Math.max(0, totalMinor - refunds.reduce((total, amount) => total + amount, 0));
    return sum + Math.floor((net * (multipliers[held?.tier ?? 'basic'] ?? 1)) / 100);
  }, 0);
}

function inOrder(tiers: SomeMember['tiers']): SomeMember['tiers'] {
  return tiers.toSorted((a, b) => a.minute - b.minute || (a.after ?? -1) - (b.after ?? -1));
}
