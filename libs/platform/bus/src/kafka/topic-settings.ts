import type { TopicSpec } from '../log.js';

/** Above the largest batch that is ever sent: some 4 MB of records, or one that is larger. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;
const HALF_A_DAY_MS = 12 * 60 * 60 * 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * A topic's settings by Kafka's own names. The broker's clock says when a record was taken, so that every reader and every
 * replay decides alike. In a compacted topic nothing that was replaced or removed outlives a day.
 */
export function topicSettings({
  cleanup,
  retentionMs,
}: Pick<TopicSpec, 'cleanup' | 'retentionMs'>): Record<string, string> {
  return {
    'cleanup.policy': cleanup,
    'retention.ms': String(retentionMs ?? -1),
    'retention.bytes': '-1',
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': String(BATCH_BYTES_MAX),
    // The broker packs anew what a foreign producer sent as lz4, snappy or zstd, which kafkajs cannot read.
    'compression.type': 'gzip',
    ...(cleanup === 'compact' && {
      'max.compaction.lag.ms': String(HALF_A_DAY_MS),
      'delete.retention.ms': String(DAY_MS),
    }),
  };
}
