import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { UnknownTopic } from '../errors.js';
import type { PartitionOffsets, TopicSpec } from '../log.js';
import type { Names } from './names.js';
import { topicSettings } from './topic-settings.js';

export type KnownTopic = Readonly<{ isCompacted: boolean }>;

const APPEAR_MS_MAX = 30_000;
const POLL_MS = 50;
const LEADER_MS_MAX = 30_000;
const LEADER_POLL_MS = 500;
/** `ConfigResourceTypes.TOPIC`, which kafkajs does not export to ES modules. */
const TOPIC_RESOURCE = 2;

/** The cluster's topics, and what is remembered of them. */
export class Catalogue {
  readonly #known = new Map<string, KnownTopic>();

  constructor(
    private readonly admin: Admin,
    private readonly names: Names,
    private readonly replicationFactor: number,
    /** A further admin, which knows nothing yet. */
    private readonly connect: () => Promise<Admin>,
  ) {}

  /** Rejects with UnknownTopic. Of a topic that exists the answer is remembered: a topic keeps its clean-up. */
  async topic(topic: string): Promise<KnownTopic> {
    const known = this.#known.get(topic) ?? (await this.#look(topic));
    if (!known) throw new UnknownTopic(topic);
    return known;
  }

  /** Creates what is missing and adds partitions. Answers whether a topic that existed has grown. */
  async ensure(specs: readonly TopicSpec[]): Promise<boolean> {
    const existing = new Set(await this.admin.listTopics());
    const isThere = ({ topic }: TopicSpec): boolean => existing.has(this.names.onCluster(topic));
    const missing = specs.filter((spec) => !isThere(spec));
    if (missing.length > 0) await this.#create(missing);
    const hasGrown = await this.#grow(specs.filter(isThere));
    await this.#appear(specs);
    return hasGrown;
  }

  async offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]> {
    const known = await Promise.all(
      topics.map(async (topic) => (this.#known.get(topic) ?? (await this.#look(topic))) !== undefined),
    );
    const offsets = topics.filter((_, at) => known[at]).map((topic) => this.#offsetsOf(topic));
    return (await Promise.all(offsets)).flat();
  }

  /**
   * Leadership moves, and of a new topic it is told before it is taken up: for seconds, where a broker has much to do. kafkajs asks once, and
   * whom it takes for the leader it looks up every five minutes: so it is asked again by an admin that has to look it up.
   */
  async #offsetsOf(topic: string): Promise<PartitionOffsets[]> {
    const name = this.names.onCluster(topic);
    let partitions = await this.admin.fetchTopicOffsets(name).catch(orLater);
    for (const deadline = Date.now() + LEADER_MS_MAX; !partitions;) {
      await sleep(LEADER_POLL_MS);
      partitions = await this.#askAnew(name).catch((error: unknown) => {
        if (Date.now() > deadline) throw error;
        return orLater(error);
      });
    }
    return partitions
      .map(({ partition, low, high }) => ({ topic, partition, earliest: Number(low), end: Number(high) }))
      .sort((one, other) => one.partition - other.partition);
  }

  async #askAnew(name: string): ReturnType<Admin['fetchTopicOffsets']> {
    const admin = await this.connect();
    try {
      return await admin.fetchTopicOffsets(name);
    } finally {
      await admin.disconnect();
    }
  }

  async #look(topic: string): Promise<KnownTopic | undefined> {
    const name = this.names.onCluster(topic);
    if (!(await this.admin.listTopics()).includes(name)) return undefined;
    const { resources } = await this.admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: TOPIC_RESOURCE, name, configNames: ['cleanup.policy'] }],
    });
    const policy = resources[0]?.configEntries.find(({ configName }) => configName === 'cleanup.policy');
    const known = { isCompacted: policy?.configValue.includes('compact') ?? false };
    this.#known.set(topic, known);
    return known;
  }

  /**
   * Another caller may create the same topics at the same moment: what is there then is as good. kafkajs would wait for their
   * leaders, and fail where a broker has not heard of them yet.
   */
  async #create(specs: readonly TopicSpec[]): Promise<void> {
    await this.admin.createTopics({
      waitForLeaders: false,
      topics: specs.map((spec) => ({
        topic: this.names.onCluster(spec.topic),
        numPartitions: spec.partitions,
        replicationFactor: this.replicationFactor,
        configEntries: Object.entries(topicSettings(spec)).map(([name, value]) => ({ name, value })),
      })),
    });
  }

  async #grow(specs: readonly TopicSpec[]): Promise<boolean> {
    const counts = await this.#counts(specs);
    const growing = specs.filter(({ topic, partitions }) => partitions > (counts.get(topic) ?? partitions));
    for (const { topic, partitions } of growing) {
      await this.admin
        .createPartitions({ topicPartitions: [{ topic: this.names.onCluster(topic), count: partitions }] })
        .catch(async (error: unknown) => {
          const [now] = (await this.#counts([{ topic }])).values();
          if ((now ?? 0) < partitions) throw error;
        });
    }
    return growing.length > 0;
  }

  /** A topic is first known to the controller, and a moment later to the brokers that serve it. */
  async #appear(specs: readonly TopicSpec[]): Promise<void> {
    for (const deadline = Date.now() + APPEAR_MS_MAX; ; await sleep(POLL_MS)) {
      const counts = await this.#counts(specs).catch(() => new Map<string, number>());
      const absent = specs.find(({ topic, partitions }) => (counts.get(topic) ?? 0) < partitions);
      if (!absent) return;
      if (Date.now() > deadline) throw new UnknownTopic(absent.topic);
    }
  }

  async #counts(topics: readonly Pick<TopicSpec, 'topic'>[]): Promise<Map<string, number>> {
    if (topics.length === 0) return new Map();
    const { topics: found } = await this.admin.fetchTopicMetadata({
      topics: topics.map(({ topic }) => this.names.onCluster(topic)),
    });
    return new Map(
      found.map(({ name, partitions }) => [
        this.names.ours(name),
        partitions.filter(({ leader }) => leader >= 0).length,
      ]),
    );
  }
}

/**
 * Nothing for an error that passes by itself; throws the others. A TypeError is kafkajs's own: asked for a topic while it refreshes what it knows of others, it
 * takes that answer for its own, finds no partitions in it, and stumbles.
 */
function orLater(error: unknown): undefined {
  if (error instanceof TypeError || (error as { retriable?: boolean }).retriable === true) return undefined;
  throw error;
}
