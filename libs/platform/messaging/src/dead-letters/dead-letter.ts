import type { LogRecord } from '@tessera/platform-bus';

/** Longer values are kept by their beginning only; the whole record is still on the log at its origin. */
export const DEAD_LETTER_BYTES_MAX = 256 * 1024;

/** A record that could not be taken, and why. `unforeseen` ones count towards pausing the partition: they may mean a bad deploy. */
export type DeadLetter = Readonly<{
  record: LogRecord;
  code: string;
  detail: string;
  unforeseen: boolean;
}>;
