import {
  behaviorRecorded,
  type BehaviorRecorded,
  catalogItemChanged,
  type CatalogItemChanged,
  contracts,
  type EventContract,
  purchaseCreated,
  type PurchaseCreated,
  purchaseRefunded,
  type PurchaseRefunded,
} from '@tessera/contracts';

/** What may come from outside. Events of our own services have one producer each, and no door. */
export const acceptedContracts: readonly EventContract[] = contracts.filter(({ producer }) => producer === 'collector');

const byType: ReadonlyMap<string, EventContract> = new Map(acceptedContracts.map((each) => [each.topic, each]));

export const acceptedContract = (type: string): EventContract | undefined => byType.get(type);

/** When the thing itself happened: the time of an event that was sent without one. */
const ownTime: ReadonlyMap<string, (data: unknown) => string> = new Map([
  [purchaseCreated.topic, (data: unknown) => (data as PurchaseCreated).purchasedAt],
  [purchaseRefunded.topic, (data: unknown) => (data as PurchaseRefunded).refundedAt],
  [behaviorRecorded.topic, (data: unknown) => (data as BehaviorRecorded).occurredAt],
  [catalogItemChanged.topic, (data: unknown) => (data as CatalogItemChanged).changedAt],
]);

export const ownTimeOf = ({ topic }: EventContract, data: unknown): string | undefined => ownTime.get(topic)?.(data);
