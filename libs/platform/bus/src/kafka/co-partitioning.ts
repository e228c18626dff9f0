import kafkajs, { type Cluster, type GroupMember, type PartitionAssigner } from 'kafkajs';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

export type Member = Readonly<{ id: string; topics: readonly string[] }>;
export type Assignment = Record<string, Record<string, number[]>>;

const VERSION = 1;

/**
 * Partition i of every topic goes to the same member, so that a member's (a customer's) events meet in one lane. A topic
 * that this member does not subscribe to goes, for that number, to one that does. Answers topics and partitions by member id.
 */
export function assignCoPartitioned(
  members: readonly Member[],
  partitions: ReadonlyMap<string, readonly number[]>,
): Assignment {
  const sorted = [...members].sort((one, other) => (one.id < other.id ? -1 : 1));
  const assignment: Assignment = Object.fromEntries(sorted.map(({ id }) => [id, {}]));
  for (const [topic, numbers] of partitions) {
    const subscribers = sorted.filter(({ topics }) => topics.includes(topic));
    for (const number of numbers) {
      const first = sorted[number % sorted.length];
      const owner = first && subscribers.includes(first) ? first : subscribers[number % subscribers.length];
      if (owner) ((assignment[owner.id] ??= {})[topic] ??= []).push(number);
    }
  }
  return assignment;
}

/**
 * The group's leader assigns for all: it must read each member's own subscription, because its own may be shorter, and
 * topics that are missing in an assignment are read by nobody.
 */
export const coPartitioning: PartitionAssigner = ({ cluster }) => ({
  name: 'tessera-co-partitioned',
  version: VERSION,
  async assign({ members }) {
    const subscribed = members.map(subscriptionOf);
    const topics = [...new Set(subscribed.flatMap((member) => member.topics))].sort();
    const assignment = assignCoPartitioned(subscribed, await partitionsOf(cluster, topics));
    return Object.entries(assignment).map(([memberId, own]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({ version: VERSION, assignment: own, userData: Buffer.alloc(0) }),
    }));
  },
  protocol({ topics }) {
    return {
      name: this.name,
      metadata: MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.alloc(0) }),
    };
  },
});

function subscriptionOf({ memberId, memberMetadata }: GroupMember): Member {
  return { id: memberId, topics: MemberMetadata.decode(memberMetadata)?.topics ?? [] };
}

async function partitionsOf(cluster: Cluster, topics: readonly string[]): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  // The leader's client knows the topics of its own subscription only.
  await cluster.addMultipleTargetTopics([...topics]);
  for (const topic of topics) {
    const numbers = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
    found.set(
      topic,
      numbers.sort((one, other) => one - other),
    );
  }
  return found;
}
