import type { BatchOutcome, LogRecord, Stretch } from '../log.js';
import { OutcomeInvalid } from '../errors.js';
import type { LaneSource } from '../lane.js';
import type { Catalogue, Partition } from './catalogue.js';
import type { Range } from './reader.js';

/** What a source needs of the log it reads; `read` gives the next records of a partition within the limits. */
export type SourceContext = Readonly<{
  catalogue: Catalogue;
  recordsMax: number;
  bytesMax: number;
  backOffMs: Readonly<{ first: number; max: number }>;
  read(partition: Partition, range: Range): Promise<readonly LogRecord[]>;
  commit(partition: Partition, next: number): void;
  strayed(partition: Partition, position: number): void;
}>;

/** One group's way through one partition: where it stands, and when it may go on. */
export class Source implements LaneSource {
  #notBefore = 0;
  #failures = 0;
  /** End of a batch that is to be handed again as it was. */
  #until = Number.MAX_SAFE_INTEGER;

  constructor(
    readonly partition: Partition,
    private next: number,
    private readonly context: SourceContext,
  ) {}

  /** When there will be something to do, in the time of `performance.now`; Infinity when all was read. */
  dueAt(): number {
    return this.next === this.context.catalogue.endOf(this.partition) ? Infinity : this.#notBefore;
  }

  /** The next batch, or the one to be repeated. There may be none: compaction and retention leave holes. */
  async take(): Promise<Stretch | undefined> {
    const { catalogue, recordsMax, bytesMax, read } = this.context;
    await this.#returnFromOutside();
    const end = Math.min(catalogue.endOf(this.partition), this.#until);
    const records = await read(this.partition, { from: this.next, until: this.#until, recordsMax, bytesMax });
    const [first, last] = [records[0], records.at(-1)];
    if (!first || !last) {
      this.#goOn(end);
      return undefined;
    }
    const next = last.offset + 1;
    catalogue.raise([[this.partition.id, next]]);
    return { from: first.offset, records, next };
  }

  settle(outcome: BatchOutcome, taken: Stretch): void {
    if (outcome.kind === 'retry') return this.#repeat(taken, outcome.afterMs);
    if (!Number.isSafeInteger(outcome.next) || outcome.next < 0) throw new OutcomeInvalid(outcome.next);
    if (outcome.kind === 'done') this.context.commit(this.partition, outcome.next);
    this.#goOn(outcome.next);
  }

  /** After a failure, of the handler or of reading: the same again, later each time. */
  fail(taken?: Stretch): void {
    const { first, max } = this.context.backOffMs;
    this.#repeat(taken, Math.min(max, first * 2 ** this.#failures));
    this.#failures = Math.min(this.#failures + 1, 30);
  }

  /** Beyond the end is a position of another log, or of one that lost its tail: all of it is read again. */
  async #returnFromOutside(): Promise<void> {
    const { catalogue, strayed } = this.context;
    if (this.next > catalogue.endOf(this.partition)) await catalogue.refresh();
    if (this.next <= catalogue.endOf(this.partition)) return;
    strayed(this.partition, this.next);
    this.#goOn(0);
  }

  #goOn(next: number): void {
    this.next = next;
    this.#until = Number.MAX_SAFE_INTEGER;
    this.#notBefore = 0;
    this.#failures = 0;
  }

  #repeat(taken: Stretch | undefined, afterMs: number): void {
    if (taken) this.#until = taken.next;
    this.#notBefore = performance.now() + afterMs;
  }
}
