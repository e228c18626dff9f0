import { type Cluster, type Kafka, PartitionAssigners } from 'kafkajs';
import { UnknownPartition } from '../errors.js';
import type { LogRecord } from '../log.js';
import { abortedOf, type FetchedMessage, type FetchedPartition } from './aborted.js';
import { toRecord } from './records.js';

export type ReadFrom = Readonly<{ topic: string; partition: number; offset: number; limit: number; end: number }>;

type Fetched = { responses: { partitions: FetchedPartition[] }[] };

const FETCH_BYTES_MAX = 4 * 1024 * 1024;
const WAIT_MS = 200;
const READ_COMMITTED = 1;
/** Answers without a record, below the end: what lay there was compacted away, or a transaction's. */
const EMPTY_MAX = 3;

/**
 * Records of one partition, fetched from its leader without a group: nothing is joined, committed or left behind. `topic` is ours,
 * `name` the cluster's.
 */
export async function readRecords(kafka: Kafka, name: string, from: ReadFrom): Promise<readonly LogRecord[]> {
  const cluster = clusterOf(kafka);
  try {
    await cluster.connect();
    await cluster.addTargetTopic(name);
    const partitions = cluster.findTopicPartitionMetadata(name);
    const leader = partitions.find(({ partitionId }) => partitionId === from.partition)?.leader;
    if (leader === undefined) throw new UnknownPartition(from.topic, from.partition, partitions.length);
    const broker = await cluster.findBroker({ nodeId: String(leader) });
    return await collect(from, async (offset) => {
      const { responses } = (await broker.fetch({
        isolationLevel: READ_COMMITTED,
        maxWaitTime: WAIT_MS,
        minBytes: 1,
        maxBytes: FETCH_BYTES_MAX,
        topics: [
          {
            topic: name,
            partitions: [{ partition: from.partition, fetchOffset: String(offset), maxBytes: FETCH_BYTES_MAX }],
          },
        ],
      })) as Fetched;
      return responses.flatMap(({ partitions: fetched }) => fetched.flatMap(readable));
    });
  } finally {
    await cluster.disconnect();
  }
}

type Readable = FetchedMessage & Readonly<{ isAborted: boolean }>;

const readable = (partition: FetchedPartition): readonly Readable[] => {
  const aborted = abortedOf(partition);
  return partition.messages.map((message) => ({ ...message, isAborted: aborted.has(message) }));
};

async function collect(
  { topic, partition, offset, limit, end }: ReadFrom,
  fetchFrom: (offset: number) => Promise<readonly Readable[]>,
): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  let next = offset;
  for (let empty = 0; next < end && records.length < limit && empty < EMPTY_MAX;) {
    const messages = (await fetchFrom(next)).filter((message) => Number(message.offset) >= next);
    const last = messages.at(-1);
    if (!last) {
      empty += 1;
      continue;
    }
    empty = 0;
    next = Number(last.offset) + 1;
    for (const message of messages) {
      if (!message.isControlRecord && !message.isAborted && records.length < limit)
        records.push(toRecord(topic, partition, message));
    }
  }
  return records;
}

/** kafkajs hands its connection to a partition assigner, and to nobody else; this consumer never joins its group. */
function clusterOf(kafka: Kafka): Cluster {
  const found: { cluster?: Cluster } = {};
  kafka.consumer({
    groupId: 'reads-without-a-group',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (parts) => {
        found.cluster = parts.cluster;
        return PartitionAssigners.roundRobin(parts);
      },
    ],
  });
  if (!found.cluster) throw new Error('kafkajs no longer gives its connection to partition assigners');
  return found.cluster;
}
