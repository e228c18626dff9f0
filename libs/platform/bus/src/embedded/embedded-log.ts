import pg from 'pg';
import type {
  Log,
  LogRecord,
  NewRecord,
  PartitionOffsets,
  Subscription,
  SubscriptionOptions,
  TopicSpec,
} from '../log.js';
import { GroupAlreadySubscribed, LogClosed } from '../errors.js';
import { Appender } from './appender.js';
import { Catalogue } from './catalogue.js';
import { every, type Repetition } from '../every.js';
import { GroupSubscription } from './group-subscription.js';
import { Maintenance } from './maintenance.js';
import { defaults, type EmbeddedLogOptions, type Settings } from './options.js';
import { Positions } from './positions.js';
import { readRecords } from './reader.js';
import { openSchema } from './schema.js';

const FLUSH_MS = 250;

/**
 * Only the primary key is ever read in order; without statistics the planner would now and then sort a whole
 * partition for one batch, so it is left no other way.
 */
const PLANNING = '-c enable_seqscan=off -c enable_bitmapscan=off -c jit=off';

/** A durable topic log in one PostgreSQL database, for one process; see README.md for what it promises. */
export class EmbeddedLog implements Log {
  readonly sessionTimeoutMs = null;
  readonly #catalogue: Catalogue;
  readonly #appender: Appender;
  readonly #positions: Positions;
  readonly #maintenance: Maintenance;
  readonly #repetitions: readonly Repetition[];
  readonly #subscriptions = new Map<string, GroupSubscription | 'joining'>();
  #closed: Promise<void> | undefined;
  /** Set only when no handler is under way any more: until then what they append is taken. */
  #sealed = false;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly id: string,
    private readonly settings: Settings,
  ) {
    const { pollMs, maintainMs, tombstoneGraceMs, report } = settings;
    this.#catalogue = new Catalogue(pool);
    this.#appender = new Appender(pool, this.#catalogue);
    this.#positions = new Positions(pool);
    this.#maintenance = new Maintenance(pool, tombstoneGraceMs);
    this.#repetitions = [
      every(pollMs, 'looking for appended records', () => this.#catalogue.refresh(), report),
      every(FLUSH_MS, 'writing positions', () => this.#positions.flush(), report),
      every(maintainMs, 'maintaining topics', () => this.maintain(), report),
    ];
  }

  /** Creates or upgrades the log's tables and opens it. */
  static async open(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
    const settings = { ...defaults, ...options };
    const pool = new pg.Pool({
      connectionString: settings.databaseUrl,
      max: settings.connectionsMax,
      connectionTimeoutMillis: 10_000,
      application_name: 'tessera-log',
      options: PLANNING,
    });
    // A connection that dies while idle is replaced at the next use; one that dies at work rejects its query.
    pool.on('error', (error) => settings.report({ doing: 'keeping a connection', error }));
    pool.on('connect', (client) => client.on('error', () => undefined));
    try {
      return new EmbeddedLog(pool, await openSchema(pool), settings);
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  clusterId(): Promise<string> {
    return Promise.resolve(this.id);
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    await this.#catalogue.ensure(topics);
  }

  async append(records: readonly NewRecord[], mayStill?: () => boolean): Promise<void> {
    if (this.#sealed) throw new LogClosed();
    await this.#appender.append(records, mayStill);
  }

  async subscribe(options: SubscriptionOptions): Promise<Subscription> {
    const { group, topics } = options;
    if (this.#closed) throw new LogClosed();
    if (this.#subscriptions.has(group)) throw new GroupAlreadySubscribed(group);
    this.#subscriptions.set(group, 'joining');
    try {
      for (const topic of topics) await this.#catalogue.topic(topic);
      const startOf = await this.#positions.load(group, topics, await options.positions?.());
      await this.#catalogue.refresh();
      if (this.#closed) throw new LogClosed();
      const subscription = this.#subscription(options, startOf);
      this.#subscriptions.set(group, subscription);
      return subscription;
    } catch (error) {
      this.#subscriptions.delete(group);
      throw error;
    }
  }

  offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]> {
    return this.#catalogue.offsets(topics);
  }

  async read(
    from: Readonly<{ topic: string; partition: number; offset: number; limit: number }>,
  ): Promise<readonly LogRecord[]> {
    const partition = await this.#catalogue.partition(from.topic, from.partition);
    const all = Number.MAX_SAFE_INTEGER;
    return readRecords(this.pool, partition, { from: from.offset, until: all, recordsMax: from.limit, bytesMax: all });
  }

  /** Lets go what retention and compaction allow, now instead of at the next interval. */
  maintain(): Promise<void> {
    return this.#maintenance.run();
  }

  async isReady(): Promise<boolean> {
    if (this.#closed) return false;
    return this.pool.query('SELECT FROM topic_log.cluster').then(
      () => true,
      () => false,
    );
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const subscriptions = [...this.#subscriptions.values()].filter((entry) => entry !== 'joining');
    await Promise.all(subscriptions.map((subscription) => subscription.close()));
    this.#sealed = true;
    await this.#appender.drained();
    await Promise.all(this.#repetitions.map((repetition) => repetition.stop()));
    await this.pool.end();
  }

  #subscription(options: SubscriptionOptions, startOf: Awaited<ReturnType<Positions['load']>>): GroupSubscription {
    const { group, bytesMax } = options;
    const { report, backOffMs } = this.settings;
    return new GroupSubscription(options, this.#catalogue, {
      startOf,
      report,
      source: {
        catalogue: this.#catalogue,
        bytesMax,
        backOffMs,
        read: (partition, range) => readRecords(this.pool, partition, range),
        commit: (partition, next) => this.#positions.move(group, partition, next),
        strayed: ({ topic, partition }, position) =>
          report({
            doing: `reading ${topic}/${partition} as ${group}`,
            error: new Error(`Position ${position} lies beyond the end: starting again at the earliest record.`),
          }),
      },
      left: async () => {
        this.#subscriptions.delete(group);
        await this.#positions
          .flush()
          .catch((error: unknown) => report({ doing: `writing the positions of ${group}`, error }));
      },
    });
  }
}
