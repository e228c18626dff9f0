import {
  type BehaviorRecorded,
  behaviorRecorded,
  type CatalogItemChanged,
  catalogItemChanged,
  type ConsentChanged,
  consentChanged,
  type MemberContactChanged,
  memberContactChanged,
  type MemberErased,
  memberErased,
  type EventContract,
  type MemberRegistered,
  memberRegistered,
  type MessageChanged,
  messageChanged,
  type ProgramPublished,
  defaultProgram,
  programPublished,
  type PurchaseCreated,
  purchaseCreated,
  type PurchaseRefunded,
  purchaseRefunded,
  type RecommendationChanged,
  recommendationChanged,
  type SegmentChanged,
  segmentChanged,
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

/** A view of article `a` by member m1, this spring. */
export function aBehaviorRecorded(data: Partial<BehaviorRecorded> = {}): BuiltEvent<BehaviorRecorded> {
  return {
    contract: behaviorRecorded,
    data: { memberId: 'm1', kind: 'view', sku: 'a', occurredAt: '2026-03-01T10:00:00.000Z', ...data },
  };
}

/** Article `a`, in stock, at 10.00 EUR; each later than the ones built before. */
export function aCatalogItemChanged(data: Partial<CatalogItemChanged> = {}): BuiltEvent<CatalogItemChanged> {
  return {
    contract: catalogItemChanged,
    data: {
      sku: 'a',
      version: nextNumber(),
      name: 'Article a',
      priceMinor: 10_00,
      currency: 'EUR',
      inStock: true,
      changedAt: '2026-02-01T10:00:00.000Z',
      ...data,
    },
  };
}

/** The sealed contact says nothing that any key opens, unless `sealed` comes from a sealer. */
export function aMemberContactChanged(data: Partial<MemberContactChanged> = {}): BuiltEvent<MemberContactChanged> {
  const sealed = { keyId: 'k1', nonce: 'A'.repeat(16), ciphertext: 'A'.repeat(64) };
  return {
    contract: memberContactChanged,
    data: { memberId: 'm1', epoch: 1, sequence: nextNumber(), sealed, ...data },
  };
}

/** The member wants e-mail, and was asked about nothing else. */
export function aConsentChanged(data: Partial<ConsentChanged> = {}): BuiltEvent<ConsentChanged> {
  const changedAt = '2026-01-01T00:00:00.000Z';
  const consents = [{ channel: 'email' as const, granted: true, changedAt }];
  return {
    contract: consentChanged,
    data: { memberId: 'm1', epoch: 1, sequence: nextNumber(), consents, changedAt, ...data },
  };
}

export function aMemberErased(data: Partial<MemberErased> = {}): BuiltEvent<MemberErased> {
  return {
    contract: memberErased,
    data: { memberId: 'm1', epoch: 1, sequence: nextNumber(), erasedAt: '2026-03-01T10:00:00.000Z', ...data },
  };
}

/** Nothing is recommended, unless `items` says so. */
export function aRecommendationChanged(data: Partial<RecommendationChanged> = {}): BuiltEvent<RecommendationChanged> {
  const changedAt = '2026-03-01T10:00:00.000Z';
  return {
    contract: recommendationChanged,
    data: { memberId: 'm1', epoch: 1, sequence: nextNumber(), items: [], changedAt, ...data },
  };
}

/** A thank-you by e-mail, sent at the first attempt. */
export function aMessageChanged(data: Partial<MessageChanged> = {}): BuiltEvent<MessageChanged> {
  const sequence = nextNumber();
  return {
    contract: messageChanged,
    data: {
      messageId: `message-${sequence}`,
      memberId: 'm1',
      campaignId: 'thank-you',
      template: 'thank-you',
      channel: 'email',
      state: 'sent',
      attempts: 1,
      doubts: 0,
      epoch: 1,
      sequence,
      changedAt: '2026-03-01T10:00:00.000Z',
      ...data,
    },
  };
}

/** The member is in no segment, unless `segments` and `entered` say so. */
export function aSegmentChanged(data: Partial<SegmentChanged> = {}): BuiltEvent<SegmentChanged> {
  const changedAt = '2026-03-01T10:00:00.000Z';
  return {
    contract: segmentChanged,
    data: { memberId: 'm1', epoch: 1, sequence: nextNumber(), segments: [], entered: [], left: [], changedAt, ...data },
  };
}
