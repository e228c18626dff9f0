import { setTimeout as sleep } from 'node:timers/promises';
import { Alarm } from '../alarm.js';
import { every, type Repetition } from '../every.js';
import { Lane } from '../lane.js';
import type { Position, Subscription, SubscriptionOptions } from '../log.js';
import { type Fetched, Membership, type MembershipEvents } from './membership.js';
import type { Names } from './names.js';
import type { Settings } from './options.js';
import { PositionsToCommit } from './positions-to-commit.js';
import { toRecord } from './records.js';
import { KafkaSource, type Place, type SourceContext } from './source.js';

const COMMIT_MS = 250;
/** A rebalance under way refuses commits for a moment. */
const COMMITS_AT_CLOSE = 8;
const FIRST_JOIN_RETRIES = 8;
const FIRST_JOIN_PAUSE_MS = 100;

export type GroupContext = Readonly<{
  settings: Settings;
  names: Names;
  /** A new consumer of this group, not yet connected. */
  createMembership(events: MembershipEvents): Membership;
  /** The group was joined: the cluster behind the addresses may be another one. */
  joined(): void;
  left(subscription: GroupSubscription): void;
}>;

/** One member of a group: a lane a partition number, fed by one consumer at a time, which is replaced when it crashes. */
export class GroupSubscription implements Subscription {
  readonly #lanes = new Map<number, Lane>();
  readonly #sources = new Map<string, KafkaSource>();
  readonly #positions = new PositionsToCommit();
  readonly #committing: Repetition;
  readonly #alarm = new Alarm();
  readonly #source: Omit<SourceContext, 'recordsMax'>;
  #membership: Membership;
  #assigned = new Set<string>();
  /** What kept the current consumer from joining. */
  #crash: Error | undefined;
  /** Before the first joining a crash is told to who subscribes; from then on it is mended here. */
  #hasJoined = false;
  #restarting: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(
    private readonly options: SubscriptionOptions,
    private readonly context: GroupContext,
  ) {
    const { backOffMs } = context.settings;
    this.#source = {
      bytesMax: options.bytesMax,
      backOffMs,
      fetchFrom: (place, offset) => this.#membership.fetchFrom(this.#onCluster(place), offset),
      hold: (place, isHeld) => this.#membership.hold(this.#onCluster(place), isHeld),
      commit: (place, next) => this.#positions.move(this.#onCluster(place), next),
      strayed: (place, position, found) =>
        this.#warn({ ...place, position, found }, 'the log begins again before our position'),
    };
    this.#membership = this.#newMembership();
    this.#committing = every(
      COMMIT_MS,
      `committing positions of ${options.group}`,
      async () => void (await this.#commit()),
      () => undefined,
    );
  }

  /** Resolves when the group has been joined. */
  static async start(options: SubscriptionOptions, context: GroupContext): Promise<GroupSubscription> {
    const subscription = new GroupSubscription(options, context);
    try {
      await subscription.#joinFirst();
      return subscription;
    } catch (error) {
      await subscription.close();
      throw error;
    }
  }

  isConsuming(): boolean {
    return this.#closed === undefined && this.#membership.isLive();
  }

  /** Must not be awaited by the subscription's own `onBatch`, for whose end it waits. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#alarm.ring();
    await this.#restarting;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
    await this.#committing.stop();
    for (let left = COMMITS_AT_CLOSE; left > 0 && !(await this.#commit()); left -= 1) await sleep(COMMIT_MS);
    await this.#membership.stop();
    this.context.left(this);
  }

  /** The first group of a new cluster finds its coordinator not ready: what passes by itself is waited for, the rest is told. */
  async #joinFirst(): Promise<void> {
    const { first, max } = this.context.settings.backOffMs;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#join();
      } catch (error) {
        if (attempt >= FIRST_JOIN_RETRIES || !isRetriable(error)) throw error;
        await this.#membership.stop();
        await this.#alarm.sleep(Math.min(max, Math.max(FIRST_JOIN_PAUSE_MS, first) * 2 ** attempt));
        this.#membership = this.#newMembership();
      }
    }
  }

  async #join(): Promise<void> {
    this.#crash = undefined;
    const { names } = this.context;
    await this.#membership.start(this.options.topics.map((topic) => names.onCluster(topic)));
    if (this.#crash) throw this.#crash as Error;
  }

  #newMembership(): Membership {
    const events: MembershipEvents = {
      joined: (assignment) => this.#joined(assignment),
      rebalancing: () => void this.#commit(),
      fetched: (place, fetched) => this.#fetched(place, fetched),
      crashed: (error) => {
        if (membership !== this.#membership) return;
        this.#crash = error;
        if (!this.#hasJoined || this.#closed) return;
        this.#warn({ err: error }, 'the consumer has crashed');
        this.#restarting ??= this.#restart();
      },
    };
    const membership = this.context.createMembership(events);
    return membership;
  }

  #joined(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.#hasJoined = true;
    this.context.joined();
    const places = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => keyOf({ topic: this.context.names.ours(topic), partition })),
    );
    this.#assigned = new Set(places);
    for (const [key, source] of this.#sources) {
      if (this.#assigned.has(key)) source.resume();
      else this.#lose(key, source);
    }
    void this.#goWhereKnown(this.#assigned);
  }

  /** The group is moved there, too. A place that brought something meanwhile is left: whoever is handed it sees the gap. */
  async #goWhereKnown(assigned: ReadonlySet<string>): Promise<void> {
    const { first, max } = this.context.settings.backOffMs;
    const isStill = (): boolean => assigned === this.#assigned && this.#closed === undefined;
    for (let attempt = 0; isStill(); attempt += 1) {
      try {
        const known = (await this.options.positions?.()) ?? [];
        if (isStill()) for (const position of known) this.#goTo(position);
        return;
      } catch (error) {
        this.#warn({ err: error }, 'where we stand is asked for again');
        await sleep(Math.min(max, first * 2 ** Math.min(attempt, 20)), undefined, { ref: false });
      }
    }
  }

  #goTo(position: Position): void {
    const key = keyOf(position);
    if (!this.#assigned.has(key) || this.#sources.has(key)) return;
    const place = this.#onCluster(position);
    this.#membership.fetchFrom(place, position.next);
    this.#positions.move(place, position.next);
  }

  #fetched(onCluster: Place, { from, messages, next }: Fetched): void {
    const { partition } = onCluster;
    const topic = this.context.names.ours(onCluster.topic);
    const key = keyOf({ topic, partition });
    if (this.#closed || !this.#assigned.has(key)) return;
    let source = this.#sources.get(key);
    if (!source) {
      const recordsMax = this.options.recordsMaxOf?.[topic] ?? this.options.recordsMax;
      source = new KafkaSource({ topic, partition }, { ...this.#source, recordsMax });
      this.#sources.set(key, source);
      this.#lane(partition).add(source);
    }
    source.offer({ from, records: messages.map((message) => toRecord(topic, partition, message)), next });
    this.#lane(partition).wake();
  }

  #lane(partition: number): Lane {
    let lane = this.#lanes.get(partition);
    if (!lane) {
      lane = new Lane(this.options.onBatch, ({ doing, error }) =>
        this.#warn({ err: error, doing }, 'a batch will be handed again'),
      );
      this.#lanes.set(partition, lane);
    }
    return lane;
  }

  #lose(key: string, source: KafkaSource): void {
    this.#sources.delete(key);
    this.#lanes.get(source.partition.partition)?.remove(source);
    this.#positions.forget(this.#onCluster(source.partition));
    source.lose();
  }

  /** Answers whether all that moved is committed. */
  async #commit(): Promise<boolean> {
    try {
      await this.#positions.flush((positions) => this.#membership.commit(positions));
      return true;
    } catch (error) {
      this.context.settings.logger.debug({ group: this.options.group, err: error }, 'positions are committed later');
      return false;
    }
  }

  /** Everything starts over from the committed positions; what handlers have under way ends first, in its lane. */
  async #restart(): Promise<void> {
    const { first, max } = this.context.settings.backOffMs;
    for (let attempt = 0; this.#closed === undefined; attempt += 1) {
      this.#assigned = new Set();
      for (const [key, source] of this.#sources) this.#lose(key, source);
      await this.#membership.stop();
      await this.#alarm.sleep(Math.min(max, first * 2 ** Math.min(attempt, 20)));
      if (this.#closed) break;
      this.#membership = this.#newMembership();
      try {
        await this.#join();
        break;
      } catch (error) {
        this.#warn({ err: error }, 'the consumer could not be started again; it is tried again');
      }
    }
    this.#restarting = undefined;
  }

  #onCluster({ topic, partition }: Place): Place {
    return { topic: this.context.names.onCluster(topic), partition };
  }

  #warn(fields: object, message: string): void {
    this.context.settings.logger.warn({ group: this.options.group, ...fields }, message);
  }
}

const isRetriable = (error: unknown): boolean => {
  const { retriable, cause } = error as { retriable?: boolean; cause?: { retriable?: boolean } };
  return retriable === true || cause?.retriable === true;
};

const keyOf = ({ topic, partition }: Place): string => `${topic}/${partition}`;
