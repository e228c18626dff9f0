import type { PurchaseFact } from '@tessera/purchases';
import { duesOf, type MemberFacts, type Program } from './dues.js';

const noon = new Date('2026-03-01T12:00:00.000Z');
const program: Program = {
  version: 1,
  exponent: 2,
  timeZone: 'UTC',
  rate: 100,
  rounding: 'floor',
  lotMonths: 24,
  tiers: [
    { tier: 'basic', multiplier: 100 },
    { tier: 'gold', multiplier: 500 },
  ],
};
const purchase: PurchaseFact = {
  memberId: 'm',
  purchaseId: 'p',
  purchasedAt: noon,
  totalMinor: 10_50,
  backfill: false,
  refunds: [],
};
const refund = (refundId: string, amountMinor: number) => ({
  refundId,
  refundedAt: noon,
  amountMinor,
  backfill: false,
});
const facts = (change: Partial<MemberFacts>): MemberFacts => ({
  purchases: [purchase],
  history: [],
  lots: new Map(),
  justRefunded: new Set(),
  ...change,
});
const due = (change: Partial<MemberFacts>, inForce: Program | undefined = program) =>
  duesOf(facts(change), () => inForce)[0];

describe('points due of a purchase', () => {
  it('go by its net amount and the lowest tier where no other is known', () => {
    expect(due({})).toEqual({
      terms: { lotId: 'p', expiresAt: new Date('2028-03-01T12:00:00.000Z'), netMinor: 10_50, programVersion: 1 },
      purchasedAt: noon,
      points: 10,
    });
  });

  it('go by the tier held just before it', () => {
    const gold = { effectiveAt: noon, tier: 'gold' };

    expect(due({ history: [{ ...gold, afterPurchaseId: null }] })?.points).toBe(52);
    expect(due({ history: [{ ...gold, afterPurchaseId: 'p' }] })?.points).toBe(10);
    expect(due({ history: [{ effectiveAt: noon, afterPurchaseId: null, tier: 'unheard-of' }] })?.points).toBe(10);
  });

  it('are what is left after all refunds, never below nothing, and name the refund that has just come', () => {
    const refunds = [refund('a', 50), refund('b', 50)];

    expect(due({ purchases: [{ ...purchase, refunds }] })).toMatchObject({ points: 9, refund: { refundId: 'b' } });
    expect(due({ purchases: [{ ...purchase, refunds }], justRefunded: new Set('a') })?.refund?.refundId).toBe('a');
    expect(due({ purchases: [{ ...purchase, refunds: [refund('a', 99_99)] }] })?.points).toBe(0);
  });

  it('keep the expiry of their lot while the program stays the same', () => {
    const lot = { lotId: 'p', expiresAt: noon, netMinor: 1, programVersion: 1, posted: 1, active: 1, expired: 0 };
    const lots = new Map([['p', lot]]);

    expect(due({ lots })?.terms.expiresAt).toEqual(noon);
    expect(due({ lots }, { ...program, version: 2, lotMonths: 1 })?.terms.expiresAt).toEqual(
      new Date('2026-04-01T12:00:00.000Z'),
    );
  });

  it('are unknown without a program, and count in the currency of the one there is', () => {
    expect(duesOf(facts({}), () => undefined)).toEqual([]);
    expect(due({}, { ...program, exponent: 0 })?.points).toBe(1050);
  });
});
