import type { Broker, Cluster, KafkaMessage } from 'kafkajs';

export type FetchedMessage = KafkaMessage & {
  isControlRecord: boolean;
  /** Not of a message in a format older than transactions. */
  batchContext?: Readonly<{ producerId: string; inTransaction: boolean }>;
};

/** What a broker answers of one partition to who reads what is committed: all there is, and which of it was aborted. */
export type FetchedPartition = {
  messages: FetchedMessage[];
  abortedTransactions: readonly Readonly<{ producerId: string; firstOffset: string }>[] | null;
};

type Answer = { responses: { partitions: FetchedPartition[] }[] };

const ABORT_MARK = Buffer.from([0, 0, 0, 0]);

/** The messages of transactions that were aborted. A transaction may have begun before the first message, and end behind the last. */
export function abortedOf({ messages, abortedTransactions }: FetchedPartition): ReadonlySet<FetchedMessage> {
  const begun = [...(abortedTransactions ?? [])].sort(
    (one, other) => Number(one.firstOffset) - Number(other.firstOffset),
  );
  const aborting = new Set<string>();
  const aborted = new Set<FetchedMessage>();
  for (const message of messages) {
    while (begun[0] && Number(begun[0].firstOffset) <= Number(message.offset)) aborting.add(begun.shift()!.producerId);
    const { producerId = '', inTransaction = false } = message.batchContext ?? {};
    if (message.isControlRecord) {
      if (message.key?.equals(ABORT_MARK)) aborting.delete(producerId);
    } else if (inTransaction && aborting.has(producerId)) aborted.add(message);
  }
  return aborted;
}

/**
 * kafkajs begins to drop one aborted transaction a message at most: where a fetch starts inside two of them it delivers the first
 * message of the second. So what was aborted is found here, and handed to it as control records, which it never delivers.
 */
export function hideAborted(cluster: Cluster): void {
  const findBroker = cluster.findBroker.bind(cluster);
  const hiding = new WeakSet<Broker>();
  cluster.findBroker = async (node) => {
    const broker = await findBroker(node);
    if (hiding.has(broker)) return broker;
    hiding.add(broker);
    const fetch = broker.fetch.bind(broker);
    broker.fetch = async (request) => {
      const answer = (await fetch(request)) as Answer;
      for (const partition of answer.responses.flatMap(({ partitions }) => partitions)) {
        for (const message of abortedOf(partition)) message.isControlRecord = true;
        partition.abortedTransactions = null;
      }
      return answer;
    };
    return broker;
  };
}
