import {
  type EventContract,
  type MemberRegistered,
  memberRegistered,
  type ProgramPublished,
  defaultProgram,
  programPublished,
  type PurchaseCreated,
  purchaseCreated,
  type PurchaseRefunded,
  purchaseRefunded,
  type TierChanged,
  tierChanged,
} from '@tessera/contracts';

/** An event to be delivered: its contract and what it says. */
export type BuiltEvent<Data = unknown> = Readonly<{ contract: EventContract<Data>; data: Data }>;

let numbered = 0;
const nextNumber = (): number => (numbered += 1);

/** A purchase of 10.00 EUR by member m1, this spring; name only what matters to the test. */
export function aPurchaseCreated(data: Partial<PurchaseCreated> = {}): BuiltEvent<PurchaseCreated> {
  return {
    contract: purchaseCreated,
    data: {
      purchaseId: `p-${nextNumber()}`,
      memberId: 'm1',
      purchasedAt: '2026-03-01T10:00:00.000Z',
      currency: 'EUR',
      totalMinor: 10_00,
      ...data,
    },
  };
}

type RefundFields = Pick<PurchaseRefunded, 'purchaseId'> &
  Partial<Pick<PurchaseRefunded, 'refundId' | 'memberId' | 'refundedAt' | 'backfill' | 'lines' | 'amountMinor'>>;

/** The whole of a purchase is refunded, unless `lines` or `amountMinor` say otherwise. */
export function aPurchaseRefunded(data: RefundFields): BuiltEvent<PurchaseRefunded> {
  const whole = data.lines === undefined && data.amountMinor === undefined ? { whole: true } : {};
  return {
    contract: purchaseRefunded,
    data: purchaseRefunded.schema.parse({
      refundId: `r-${nextNumber()}`,
      memberId: 'm1',
      refundedAt: '2026-03-02T10:00:00.000Z',
      ...whole,
      ...data,
    }),
  };
}

export function aMemberRegistered(data: Partial<MemberRegistered> = {}): BuiltEvent<MemberRegistered> {
  return {
    contract: memberRegistered,
    data: { memberId: 'm1', registeredAt: '2026-01-01T00:00:00.000Z', epoch: 1, sequence: nextNumber(), ...data },
  };
}

/** The default program in euro. */
export function aProgramPublished(data: Partial<ProgramPublished> = {}): BuiltEvent<ProgramPublished> {
  return { contract: programPublished, data: { ...defaultProgram('EUR'), ...data } };
}

export function aTierChanged(
  data: Partial<Omit<TierChanged, 'history'>> & {
    history: readonly { effectiveAt: string; tier: string; afterPurchaseId?: string | null }[];
  },
): BuiltEvent<TierChanged> {
  const history = data.history.map((entry) => ({ afterPurchaseId: null, ...entry }));
  return {
    contract: tierChanged,
    data: {
      memberId: 'm1',
      epoch: 1,
      sequence: nextNumber(),
      tier: history.at(-1)?.tier ?? 'basic',
      direction: 'up',
      changedAt: '2026-03-01T10:00:00.000Z',
      ...data,
      history,
    },
  };
}
