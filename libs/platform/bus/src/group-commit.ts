import type { NewRecord } from './log.js';

/** One caller's records, and how it is told what became of them. */
export type Waiting = Readonly<{
  records: readonly NewRecord[];
  /** Whether its records may still leave this process. */
  mayStill(): boolean;
  resolve(): void;
  reject(error: unknown): void;
}>;

type Sized = Waiting & Readonly<{ bytes: number }>;

export type GroupLimits = Readonly<{ recordsMax: number; bytesMax: number; sizeOf(record: NewRecord): number }>;

/**
 * Appends in the order of the calls, one group at a time: callers that wait while one is being written share the next, so that the wait
 * for the disk or the brokers is paid once for all of them. Who alone exceeds the limits is a group of its own.
 */
export class GroupCommit {
  readonly #queue: Sized[] = [];
  #draining: Promise<void> | undefined;

  /** `write` settles every one of a group, and never rejects. */
  constructor(
    private readonly limits: GroupLimits,
    private readonly write: (group: readonly Waiting[]) => Promise<void>,
  ) {}

  append(records: readonly NewRecord[], mayStill: () => boolean = () => true): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    const bytes = records.reduce((sum, record) => sum + this.limits.sizeOf(record), 0);
    const appended = new Promise<void>((resolve, reject) =>
      this.#queue.push({ records, mayStill, bytes, resolve, reject }),
    );
    this.#draining ??= this.#drain();
    return appended;
  }

  /** Resolves when every append made until now has ended, well or not. */
  async drained(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.write(this.#takeGroup());
    this.#draining = undefined;
  }

  #takeGroup(): readonly Waiting[] {
    const { recordsMax, bytesMax } = this.limits;
    let taken = 0;
    let records = 0;
    let bytes = 0;
    for (const waiting of this.#queue) {
      records += waiting.records.length;
      bytes += waiting.bytes;
      if (taken > 0 && (records > recordsMax || bytes > bytesMax)) break;
      taken += 1;
    }
    return this.#queue.splice(0, taken);
  }
}
