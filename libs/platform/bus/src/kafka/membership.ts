import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Place } from './source.js';

/** What happens to one consumer of a group; topics by the cluster's names. */
export type MembershipEvents = Readonly<{
  joined(assignment: Readonly<Record<string, readonly number[]>>): void;
  /** The group is about to assign anew. */
  rebalancing(): void;
  /** `next` lies behind the last message, and behind control records that follow it. */
  fetched(place: Place, messages: readonly KafkaMessage[], next: number): void;
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

  constructor(
    private readonly consumer: Consumer,
    private readonly events: MembershipEvents,
    private readonly sessionTimeoutMs: number,
  ) {
    const { GROUP_JOIN, HEARTBEAT, REBALANCING, CRASH, STOP } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#isJoined = true;
      this.#beat();
      events.joined(payload.memberAssignment);
    });
    consumer.on(HEARTBEAT, () => this.#beat());
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
    if (this.#isJoined) this.consumer.seek({ topic, partition, offset: String(offset) });
  }

  hold({ topic, partition }: Place, isHeld: boolean): void {
    if (!this.#isJoined) return;
    if (isHeld) this.consumer.pause([{ topic, partitions: [partition] }]);
    else this.consumer.resume([{ topic, partitions: [partition] }]);
  }

  async commit(positions: readonly (Place & Readonly<{ next: number }>)[]): Promise<void> {
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
    this.events.fetched(batch, batch.messages, Number(batch.lastOffset()) + 1);
    return Promise.resolve();
  }
}
