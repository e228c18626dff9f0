/** A topic was used before `ensureTopics` created it: create it at start, or correct its name. */
export class UnknownTopic extends Error {
  readonly code = 'unknown-topic';
  readonly kind = 'not-found';

  constructor(topic: string) {
    super(`The log has no topic "${topic}": ensureTopics must have created it before it is used.`);
  }
}

/** A partition number outside the topic was asked for. */
export class UnknownPartition extends Error {
  readonly code = 'unknown-partition';
  readonly kind = 'not-found';

  constructor(topic: string, partition: number, partitions: number) {
    super(`Topic "${topic}" has no partition ${partition}: it has ${partitions}, counted from 0.`);
  }
}

/** A compacted topic keeps the last record of each key, so a record without one has no place in it. */
export class KeylessRecord extends Error {
  readonly code = 'keyless-record';
  readonly kind = 'invalid';

  constructor(topic: string) {
    super(`Topic "${topic}" is compacted by key, and a record without a key was appended to it.`);
  }
}

/** The embedded log serves one subscription a group; more consumers of one group need Kafka. */
export class GroupAlreadySubscribed extends Error {
  readonly code = 'group-already-subscribed';
  readonly kind = 'conflict';

  constructor(group: string) {
    super(`Group "${group}" already has a subscription on this log: close that one first.`);
  }
}

/** Who appended said, in the last moment, that it no longer may: it has lost the lease under which it did. */
export class AppendTooLate extends Error {
  readonly code = 'append-too-late';
  readonly kind = 'conflict';

  constructor() {
    super('Records were not appended, because who had asked for it no longer may.');
  }
}

/** The log took some of what was appended, and said nothing of the rest. All of it is to be appended again. */
export class AppendIncomplete extends Error {
  readonly code = 'append-incomplete';
  readonly kind = 'unavailable';

  constructor(unanswered: readonly string[]) {
    super(
      `Records were not appended to ${unanswered.join(', ')}: the log did not say that it has them. Append them again.`,
    );
  }
}

/** The log, or what was asked of it, came after `close()`. */
export class LogClosed extends Error {
  readonly code = 'log-closed';
  readonly kind = 'unavailable';

  constructor() {
    super('The log is closed.');
  }
}

/** The database was written by a newer release: start that release, or restore a backup taken before it. */
export class LogSchemaTooNew extends Error {
  readonly code = 'log-schema-too-new';
  readonly kind = 'unavailable';

  constructor(found: number, known: number) {
    super(`The log's tables are of version ${found}; this release knows versions up to ${known}.`);
  }
}

/** A handler answered with an offset that is none; the batch is handed again. */
export class OutcomeInvalid extends Error {
  readonly code = 'outcome-invalid';
  readonly kind = 'invalid';

  constructor(next: number) {
    super(`A batch's outcome named ${next} as the next offset: it must be a safe integer, 0 or above.`);
  }
}
