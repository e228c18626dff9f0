import type { EventContract, Keep, ServiceName } from './define-event.js';
import { behaviorRecorded } from './events/behavior-recorded.js';
import { catalogItemChanged } from './events/catalog-item-changed.js';
import { consentChanged } from './events/consent-changed.js';
import { memberContactChanged } from './events/member-contact-changed.js';
import { memberErased } from './events/member-erased.js';
import { memberRegistered } from './events/member-registered.js';
import { messageChanged } from './events/message-changed.js';
import { pointsChanged } from './events/points-changed.js';
import { programPublished } from './events/program-published.js';
import { purchaseCreated } from './events/purchase-created.js';
import { purchaseRefunded } from './events/purchase-refunded.js';
import { recommendationChanged } from './events/recommendation-changed.js';
import { segmentChanged } from './events/segment-changed.js';
import { tierChanged } from './events/tier-changed.js';

/** Every event there is, in the order in which data flows. */
export const contracts: readonly EventContract[] = [
  purchaseCreated,
  purchaseRefunded,
  behaviorRecorded,
  catalogItemChanged,
  programPublished,
  memberRegistered,
  memberContactChanged,
  consentChanged,
  memberErased,
  tierChanged,
  pointsChanged,
  segmentChanged,
  recommendationChanged,
  messageChanged,
];

const byTopic: ReadonlyMap<string, EventContract> = new Map(contracts.map((contract) => [contract.topic, contract]));

/** The contract of a topic, without a deployment's namespace; undefined for a topic that is none of ours. */
export function contractFor(topic: string): EventContract | undefined {
  return byTopic.get(topic);
}

/** Which services hear which event; the event map, the topics of dead letters and the services' own tests go by it. */
export const consumers: ReadonlyMap<string, readonly ServiceName[]> = new Map<string, readonly ServiceName[]>([
  [purchaseCreated.topic, ['membership', 'ledger', 'segmentation', 'recommendation']],
  [purchaseRefunded.topic, ['membership', 'ledger', 'segmentation', 'recommendation']],
  [behaviorRecorded.topic, ['recommendation']],
  [catalogItemChanged.topic, ['recommendation']],
  [programPublished.topic, ['ledger', 'segmentation']],
  [memberRegistered.topic, ['ledger', 'segmentation', 'recommendation', 'campaign']],
  [memberContactChanged.topic, ['campaign']],
  [consentChanged.topic, ['campaign']],
  [memberErased.topic, ['ledger', 'segmentation', 'recommendation', 'campaign']],
  [tierChanged.topic, ['ledger', 'campaign']],
  [pointsChanged.topic, ['campaign']],
  [segmentChanged.topic, ['campaign']],
  [recommendationChanged.topic, ['campaign']],
]);

export function consumersOf(topic: string): readonly ServiceName[] {
  return consumers.get(topic) ?? [];
}

/** Where a service puts events of a topic that it could not take; keyed as the topic itself. */
export function deadLetterTopic(topic: string, service: ServiceName): string {
  return `${topic}.dlq.${service}`;
}

/** As the log port wants it: 'compact' keeps the last record of each key, 'delete' all for retentionMs (null: for ever). */
export type ContractTopic = Readonly<{
  topic: string;
  partitions: number;
  cleanup: 'compact' | 'delete';
  retentionMs: number | null;
}>;

const DAY_MS = 86_400_000;

/** Bounded, because what a foreign producer got wrong may hold personal data; the service's own table keeps the decision. */
export const deadLetterDays = 100;

function topicSpec(topic: string, partitions: number, keep: Keep): ContractTopic {
  if (keep === 'compacted') return { topic, partitions, cleanup: 'compact', retentionMs: null };
  return { topic, partitions, cleanup: 'delete', retentionMs: keep === 'forever' ? null : keep.days * DAY_MS };
}

/** All topics of a deployment, dead letters included. One number of partitions for all: equal keys then meet in equal partitions. */
export function topicSpecs({ partitions }: { partitions: number }): ContractTopic[] {
  return contracts.flatMap(({ topic, keep }) => [
    topicSpec(topic, partitions, keep),
    ...consumersOf(topic).map((service) =>
      topicSpec(deadLetterTopic(topic, service), partitions, { days: deadLetterDays }),
    ),
  ]);
}
