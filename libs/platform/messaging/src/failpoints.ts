/** Places in the course of delivery at which a process may die or fall asleep; each must be harmless. */
export const FAILPOINTS = [
  /** The handler has run, its transaction is open. */
  'consumer.in-transaction',
  /** All that belongs to the batch is written; the next that happens is COMMIT. */
  'consumer.at-commit',
  /** Committed; the position on the log has not moved. */
  'consumer.after-commit',
  /** Events are in the outbox of a transaction that is open. */
  'outbox.added',
  /** Rows were read to be published; the log has not heard of them. */
  'relay.before-append',
  /** The log has taken the rows; they are still in the outbox. */
  'relay.after-ack',
  /** A message is marked as being sent; the mail server has not heard of it. */
  'mailer.before-send',
  /** The mail server has said what becomes of a message; that is not written down. */
  'mailer.after-answer',
] as const;

export type Failpoint = (typeof FAILPOINTS)[number];

/** What was under way at the moment: how many records, rows or messages; of a batch also its partition, and the offset of its last record. */
export type Passing = Readonly<{ topic?: string; partition?: number; last?: number; count: number }>;

/** Told of every passing of a failpoint, so that a fault run can end the process there. Must not throw. */
export abstract class Failpoints {
  abstract reached(point: Failpoint, passing: Passing): void;
}

/** What runs everywhere but under a fault run. */
export const NO_FAILPOINTS: Failpoints = { reached: () => undefined };
