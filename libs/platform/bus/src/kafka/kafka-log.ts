import type { Admin, PartitionAssigner } from 'kafkajs';
import { LogClosed, UnknownPartition } from '../errors.js';
import type {
  Log,
  LogRecord,
  NewRecord,
  PartitionOffsets,
  Subscription,
  SubscriptionOptions,
  TopicSpec,
} from '../log.js';
import { Appender } from './appender.js';
import { Catalogue } from './catalogue.js';
import { connectedAdmin, createClient, retry } from './client.js';
import { hideAborted } from './aborted.js';
import { coPartitioning } from './co-partitioning.js';
import { fencedSockets } from './fenced-sockets.js';
import { GroupSubscription } from './group-subscription.js';
import { Membership, type MembershipEvents } from './membership.js';
import { Names } from './names.js';
import { defaults, type KafkaLogOptions, type Settings } from './options.js';
import { readRecords } from './read-records.js';

const FETCH_BYTES_MAX = 8 * 1024 * 1024;
/**
 * Compressed, this may be some thousand records: all that is fetched is decoded and kept until its turn. A larger batch of the log comes
 * whole all the same.
 */
const PARTITION_BYTES_MAX = 128 * 1024;
const ID_MS_MAX = 30_000;

/** kafkajs hands its connection to a partition assigner, and to nobody else. */
const assignerOfCommitted: PartitionAssigner = (parts) => {
  hideAborted(parts.cluster);
  return coPartitioning(parts);
};

/** The log on Apache Kafka, for any number of processes; see README.md for what it promises. */
export class KafkaLog implements Log {
  readonly #names: Names;
  readonly #catalogue: Catalogue;
  readonly #appender: Appender;
  readonly #subscriptions = new Set<GroupSubscription>();
  #id: Readonly<{ value: string; at: number }> | undefined;
  #isIdSure = false;
  #closed: Promise<void> | undefined;
  /** Set only when no handler is under way any more: until then what they append is taken. */
  #sealed = false;

  private constructor(
    private readonly settings: Settings,
    private readonly admin: Admin,
  ) {
    this.#names = new Names(settings.namespace);
    this.#catalogue = new Catalogue(admin, this.#names, settings.replicationFactor, () => connectedAdmin(settings));
    this.#appender = new Appender(this.#catalogue, this.#names, (createPartitioner, maySend) =>
      createClient(settings, fencedSockets(maySend)).producer({
        createPartitioner,
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        metadataMaxAge: settings.metadataMaxAgeMs,
        retry,
      }),
    );
  }

  get sessionTimeoutMs(): number {
    return this.settings.sessionTimeoutMs;
  }

  /** Rejects with KafkaUnreachable when no broker can be used. */
  static async open(options: KafkaLogOptions): Promise<KafkaLog> {
    const settings = { ...defaults, ...options };
    const log = new KafkaLog(settings, await connectedAdmin(settings));
    try {
      await log.clusterId();
      return log;
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** Asked again after each joining of a group, because only over a lost connection can the cluster become another one. */
  async clusterId(): Promise<string> {
    const known = this.#id;
    if (known && this.#isIdSure && performance.now() - known.at < ID_MS_MAX) return known.value;
    try {
      const { clusterId } = await this.admin.describeCluster();
      this.#id = { value: clusterId, at: performance.now() };
      this.#isIdSure = true;
      return clusterId;
    } catch (error) {
      if (known && this.#isIdSure) return known.value;
      throw error;
    }
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    if (topics.length > 0 && (await this.#catalogue.ensure(topics))) this.#appender.renew();
  }

  async append(records: readonly NewRecord[], mayStill?: () => boolean): Promise<void> {
    if (this.#sealed) throw new LogClosed();
    await this.#appender.append(records, mayStill);
  }

  async subscribe(options: SubscriptionOptions): Promise<Subscription> {
    if (this.#closed) throw new LogClosed();
    for (const topic of options.topics) await this.#catalogue.topic(topic);
    const subscription = await GroupSubscription.start(options, {
      settings: this.settings,
      names: this.#names,
      createMembership: (events) => this.#membership(options.group, events),
      joined: () => void (this.#isIdSure = false),
      left: (left) => void this.#subscriptions.delete(left),
    });
    this.#subscriptions.add(subscription);
    if (!this.#closed) return subscription;
    await subscription.close();
    throw new LogClosed();
  }

  offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]> {
    return this.#catalogue.offsets(topics);
  }

  async read(
    from: Readonly<{ topic: string; partition: number; offset: number; limit: number }>,
  ): Promise<readonly LogRecord[]> {
    await this.#catalogue.topic(from.topic);
    const partitions = await this.#catalogue.offsets([from.topic]);
    const bounds = partitions.find(({ partition }) => partition === from.partition);
    if (!bounds) throw new UnknownPartition(from.topic, from.partition, partitions.length);
    const offset = Math.max(from.offset, bounds.earliest);
    const client = createClient(this.settings);
    return readRecords(client, this.#names.onCluster(from.topic), { ...from, offset, end: bounds.end });
  }

  async isReady(): Promise<boolean> {
    if (this.#closed) return false;
    return this.admin.describeCluster().then(
      ({ brokers }) => brokers.length > 0,
      () => false,
    );
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    this.#sealed = true;
    await this.#appender.close();
    await this.admin.disconnect();
  }

  #membership(group: string, events: MembershipEvents): Membership {
    const { sessionTimeoutMs, heartbeatMs, rebalanceTimeoutMs, fetchWaitMs, metadataMaxAgeMs } = this.settings;
    const consumer = createClient(this.settings).consumer({
      groupId: this.#names.onCluster(group),
      partitionAssigners: [assignerOfCommitted],
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      maxWaitTimeInMs: fetchWaitMs,
      metadataMaxAge: metadataMaxAgeMs,
      maxBytes: FETCH_BYTES_MAX,
      maxBytesPerPartition: PARTITION_BYTES_MAX,
      allowAutoTopicCreation: false,
      // A crash is ours to mend: the subscription must know, and starts over with a new consumer.
      retry: { ...retry, restartOnFailure: () => Promise.resolve(false) },
    });
    return new Membership(consumer, events, sessionTimeoutMs);
  }
}
