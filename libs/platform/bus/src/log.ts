/**
 * The log port: what every adapter (embedded, Kafka) promises, and all that the rest of the code knows of a log.
 * `bus.features.ts` states these promises as tests and is run against each adapter.
 */

export type Headers = Readonly<Record<string, string>>;

export type NewRecord = Readonly<{
  topic: string;
  /** Records of one key go to one partition and keep their order; without a key they are spread. */
  key: string | null;
  /** null is a tombstone: compaction removes the key. */
  value: Buffer | null;
  headers: Headers;
}>;

export type LogRecord = NewRecord &
  Readonly<{
    partition: number;
    /** Rises within a partition; holes are allowed (compaction, retention, transaction markers). */
    offset: number;
    /** Set by the log when it took the record, so that all readers, and every replay, decide alike. */
    appendedAt: Date;
  }>;

export type TopicSpec = Readonly<{
  topic: string;
  partitions: number;
  /** 'compact' keeps the last record of each key; 'delete' keeps everything for retentionMs, for ever where that is null. */
  cleanup: 'compact' | 'delete';
  retentionMs: number | null;
}>;

export type PartitionOffsets = Readonly<{ topic: string; partition: number; earliest: number; end: number }>;

/** A stretch of a partition: what the log has between two offsets. */
export type Stretch = Readonly<{
  /** Of the first thing the log has here: a record, or a mark of its own (the end of a transaction, what one aborted). */
  from: number;
  /** Ascending offsets. Empty where the log has only marks of its own here, which nobody handles but a position has to pass. */
  records: readonly LogRecord[];
  /** Where the log goes on: behind the last record and the marks that follow it. */
  next: number;
}>;

export type RecordBatch = Stretch &
  Readonly<{
    topic: string;
    partition: number;
    /** Keeps the group membership alive during long work. */
    heartbeat(): Promise<void>;
  }>;

/** What becomes of a batch. `done` commits `next` to the log and goes on from there; `seek` goes on from `next` and commits
 *  nothing; `retry` hands the same batch again after `afterMs`. A thrown error is a retry after the adapter's own back-off. */
export type BatchOutcome =
  | Readonly<{ kind: 'done'; next: number }>
  | Readonly<{ kind: 'seek'; next: number }>
  | Readonly<{ kind: 'retry'; afterMs: number }>;

/** Where somebody goes on in a partition: the offset that is next. */
export type Position = Readonly<{ topic: string; partition: number; next: number }>;

export type SubscriptionOptions = Readonly<{
  group: string;
  topics: readonly string[];
  recordsMax: number;
  /** Of topics for which another number is better. */
  recordsMaxOf?: Readonly<Record<string, number>>;
  bytesMax: number;
  /**
   * Where the subscriber itself knows that it stands. Asked whenever partitions are assigned to it: reading begins there, wherever the group stands, which
   * may be ahead of a subscriber that was set back. Partitions it does not know begin where the group stands.
   */
  positions?(): Promise<readonly Position[]>;
  /** Batches of one partition number, whatever their topic, are handed one after the other (a lane); lanes run side by side. */
  onBatch(batch: RecordBatch): Promise<BatchOutcome>;
}>;

export type Subscription = Readonly<{
  /** False as soon as the subscription no longer consumes. */
  isConsuming(): boolean;
  /** Waits for the batches under way, then leaves the group. */
  close(): Promise<void>;
}>;

export interface Log {
  /** How long a subscriber that fell silent keeps its partitions before others get them; null where there are no others. */
  readonly sessionTimeoutMs: number | null;
  /** Names this log for ever; another id means another log, whose offsets mean nothing to us. */
  clusterId(): Promise<string>;
  /** Creates what is missing; never shrinks or deletes. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  /**
   * Resolves when all are durable. After an error any of them may or may not be there. `mayStill` is asked in the last moment before they
   * leave this process, which may have slept since the call; if it says no they do not leave, and the append fails.
   */
  append(records: readonly NewRecord[], mayStill?: () => boolean): Promise<void>;
  /** A new group starts at the earliest record. A position outside the log restarts at the earliest. */
  subscribe(options: SubscriptionOptions): Promise<Subscription>;
  /** Every partition of the named topics; unknown topics are left out. */
  offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]>;
  /** Up to `limit` records of a partition from an offset on, for operators and tests. */
  read(
    from: Readonly<{ topic: string; partition: number; offset: number; limit: number }>,
  ): Promise<readonly LogRecord[]>;
  /** False when appending would fail now. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
}
