import type { Consumer, ConsumerEndBatchProcessEvent, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Position } from '../log.js';
import type { Place } from './source.js';

/** kafkajs says that there always is a first offset. */
type BatchPassed = Omit<ConsumerEndBatchProcessEvent['payload'], 'firstOffset'> & { firstOffset: string | null };

/** Messages, and the offsets between which the log has nothing else: control records and what was aborted count as nothing. */
export type Fetched = Readonly<{ from: number; messages: readonly KafkaMessage[]; next: number }>;

/** What happens to one consumer of a group; topics by the cluster's names. */
export type MembershipEvents = Readonly<{
  joined(assignment: Readonly<Record<string, readonly number[]>>): void;
  /** The group is about to assign anew. */
  rebalancing(): void;
  fetched(place: Place, fetched: Fetched): void;
  /** It has left for good: a new one is needed. */
  crashed(error: Error): void;
}>;

const LEAVE_MS_MAX = 10_000;

/**
 * One consumer's time in a group, from joining to leaving or crashing. Fetched records are handed on at once, so that its loop
 * goes on fetching and beating however long handlers take; back-pressure is a paused partition.
 */
export class Membership {
  #isJoined = false;
  #beatAt = 0;
  /** Where it was last told to fetch from, of places that brought nothing since. */
  readonly #sought = new Map<string, number>();

  constructor(
    private readonly consumer: Consumer,
    private readonly events: MembershipEvents,
    private readonly sessionTimeoutMs: number,
  ) {
    const { GROUP_JOIN, HEARTBEAT, REBALANCING, CRASH, STOP, END_BATCH_PROCESS } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#isJoined = true;
      this.#beat();
      events.joined(payload.memberAssignment);
    });
    consumer.on(HEARTBEAT, () => this.#beat());
    consumer.on(END_BATCH_PROCESS, ({ payload }) => this.#passed(payload));
    consumer.on(REBALANCING, () => events.rebalancing());
    consumer.on(STOP, () => void (this.#isJoined = false));
    consumer.on(CRASH, ({ payload }) => {
      this.#isJoined = false;
      events.crashed(payload.error);
    });
  }

  /** Resolves when the group has been joined, or has not: `crashed` is then told. */
  async start(topics: readonly string[]): Promise<void> {
    await this.consumer.connect();
    // Without `fromBeginning` a position outside the log would go to its end, and records would be lost without a word.
    await this.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#take(payload),
    });
  }

  /** In the group, and heard by it within the session time-out. */
  isLive(): boolean {
    return this.#isJoined && Date.now() - this.#beatAt <= this.sessionTimeoutMs;
  }

  fetchFrom({ topic, partition }: Place, offset: number): void {
    if (!this.#isJoined) return;
    this.#sought.set(keyOf({ topic, partition }), offset);
    this.consumer.seek({ topic, partition, offset: String(offset) });
  }

  hold({ topic, partition }: Place, isHeld: boolean): void {
    if (!this.#isJoined) return;
    if (isHeld) this.consumer.pause([{ topic, partitions: [partition] }]);
    else this.consumer.resume([{ topic, partitions: [partition] }]);
  }

  async commit(positions: readonly Position[]): Promise<void> {
    if (!this.#isJoined) throw new Error('not in the group');
    await this.consumer.commitOffsets(
      positions.map(({ topic, partition, next }) => ({ topic, partition, offset: String(next) })),
    );
  }

  /** Leaves the group, so that the others need not wait for the session time-out. */
  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, LEAVE_MS_MAX)));
    await Promise.race([this.consumer.disconnect().catch(() => undefined), late]);
    clearTimeout(timer);
  }

  #beat(): void {
    this.#beatAt = Date.now();
  }

  /** What was sought elsewhere meanwhile is stale. Resolving only moves the fetch; positions are committed on their own. */
  #take({ batch, resolveOffset, isStale }: EachBatchPayload): Promise<void> {
    const last = batch.messages.at(-1);
    if (!last || isStale()) return Promise.resolve();
    resolveOffset(last.offset);
    this.#sought.delete(keyOf(batch));
    const from = Number(batch.firstOffset() ?? last.offset);
    this.events.fetched(batch, { from, messages: batch.messages, next: Number(batch.lastOffset()) + 1 });
    return Promise.resolve();
  }

  /**
   * kafkajs passes over a fetch of control records and aborted messages alone, and tells of it as a batch of none. It does not say
   * whether that was fetched before the last seek, so that the first one after a seek is fetched again: of a place only one fetch
   * can be on its way.
   */
  #passed({ topic, partition, batchSize, firstOffset, lastOffset }: BatchPassed): void {
    if (batchSize > 0) return;
    const place = { topic, partition };
    const sought = this.#sought.get(keyOf(place));
    if (sought !== undefined) {
      this.#sought.delete(keyOf(place));
      this.consumer.seek({ ...place, offset: String(sought) });
      return;
    }
    // Without a first offset what was asked for lies behind all records of its batch: it was compacted away.
    const from = Number(firstOffset ?? lastOffset);
    this.events.fetched(place, { from, messages: [], next: Number(lastOffset) + 1 });
  }
}

const keyOf = ({ topic, partition }: Place): string => `${topic}/${partition}`;
