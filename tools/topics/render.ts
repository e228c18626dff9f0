import { topicSpecs } from '@tessera/contracts';
import { topicSettings } from '@tessera/platform-bus';

/** Enough for as many replicas of a service; more partitions later move members to other ones. */
export const PARTITIONS = 12;

export const TOPICS_FILE = 'deploy/topics/topics.json';

/** The topics of a deployment by Kafka's own names, for `tessera topics apply` and for whatever else makes topics. */
export function renderTopics(): string {
  const topics = topicSpecs({ partitions: PARTITIONS }).map((spec) => ({ ...spec, settings: topicSettings(spec) }));
  return `${JSON.stringify(topics, null, 2)}\n`;
}
