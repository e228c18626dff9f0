/** A defect of ours: an event carries a number that is not its subject's next one. The transaction must not commit. */
export class OutboxSequenceBroken extends Error {
  override readonly name = 'OutboxSequenceBroken';
  readonly code = 'outbox-sequence-broken';
}

/** The log is not the one whose positions this database holds. Adopt it knowingly, or point the service at the right one. */
export class ForeignLog extends Error {
  override readonly name = 'ForeignLog';
  readonly code = 'foreign-log';

  constructor(
    readonly expected: string,
    readonly found: string,
  ) {
    super(`this database was fed by log ${expected}, but the log reached now is ${found}`);
  }
}
