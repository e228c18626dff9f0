/** A defect of ours: an event carries a number that is not its subject's next one. The transaction must not commit. */
export class OutboxSequenceBroken extends Error {
  override readonly name = 'OutboxSequenceBroken';
  readonly code = 'outbox-sequence-broken';
}

/** The log is not the one whose positions this database holds. Adopt it knowingly, or point the service at the right one. */
export class ForeignLog extends Error {
  override readonly name = 'ForeignLog';
  readonly code = 'foreign-log';
  readonly kind = 'unavailable';

  constructor(
    readonly expected: string,
    readonly found: string,
  ) {
    super(`this database was fed by log ${expected}, but the log reached now is ${found}`);
  }
}

/** A defect of ours: a service tried to publish what its own contract does not allow. */
export class InvalidOwnEvent extends Error {
  override readonly name = 'InvalidOwnEvent';
  readonly code = 'invalid-own-event';

  constructor(topic: string, issues: readonly string[]) {
    super(`${topic}: ${issues.join('; ')}`);
  }
}

/** A defect of ours: a refresh left a subject due at an instant that has passed, and would be called for it without end. */
export class SubjectNotSettled extends Error {
  override readonly name = 'SubjectNotSettled';
  readonly code = 'subject-not-settled';
}
