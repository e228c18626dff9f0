import { OutcomeInvalid } from '../errors.js';
import type { LaneSource } from '../lane.js';
import type { BatchOutcome, LogRecord } from '../log.js';

export type Place = Readonly<{ topic: string; partition: number }>;

/** What a source asks of the consumer that feeds it. */
export type SourceContext = Readonly<{
  recordsMax: number;
  bytesMax: number;
  backOffMs: Readonly<{ first: number; max: number }>;
  /** The next records to be offered are those from here on; what was fetched before and is still on its way is not. */
  fetchFrom(place: Place, offset: number): void;
  /** Back-pressure: a held place is not fetched. */
  hold(place: Place, isHeld: boolean): void;
  commit(place: Place, next: number): void;
  /** The log began again before where it was asked to go on. */
  strayed(place: Place, position: number, found: number): void;
}>;

/** How many batches are kept ready, so that a lane never waits for a fetch while there is work. */
const BATCHES_AHEAD = 4;

/**
 * One group's way through one partition: records fetched ahead, and where it stands. What is handed to a handler stays
 * here until its outcome is known, so that a retry is the very same batch.
 */
export class KafkaSource implements LaneSource {
  #ahead: readonly LogRecord[] = [];
  #bytes = 0;
  /** Where the next fetch goes on; undefined until the first records have come. */
  #fetchedTo: number | undefined;
  #notBefore = 0;
  #failures = 0;
  /** How many records the batch has that is to be handed again. */
  #repeated: number | undefined;
  #isHeld = false;
  #isLost = false;
  /** Raised when the log began again: an outcome of what was taken before means nothing then. */
  #era = 0;
  #takenEra = 0;

  constructor(
    readonly partition: Place,
    private readonly context: SourceContext,
  ) {}

  /** Fetched records, and the offset behind them (above the last one's where control records follow). */
  offer(records: readonly LogRecord[], next: number): void {
    const [first] = records;
    if (!first) return;
    if (this.#fetchedTo !== undefined && first.offset < this.#fetchedTo) {
      this.context.strayed(this.partition, this.#fetchedTo, first.offset);
      this.#era += 1;
      this.#ahead = [];
      this.#goOn();
    }
    this.#ahead = [...this.#ahead, ...records];
    this.#fetchedTo = next;
    this.#balance();
  }

  dueAt(): number {
    return this.#ahead.length === 0 ? Infinity : this.#notBefore;
  }

  take(): Promise<readonly LogRecord[]> {
    this.#takenEra = this.#era;
    if (this.#repeated !== undefined) return Promise.resolve(this.#ahead.slice(0, this.#repeated));
    const { recordsMax, bytesMax } = this.context;
    let count = 0;
    let bytes = 0;
    for (const record of this.#ahead) {
      bytes += bytesOf(record);
      if (count > 0 && (bytes > bytesMax || count >= recordsMax)) break;
      count += 1;
    }
    return Promise.resolve(this.#ahead.slice(0, count));
  }

  settle(outcome: BatchOutcome, records: readonly LogRecord[]): void {
    if (this.#isLost || this.#takenEra !== this.#era) return;
    if (outcome.kind === 'retry') return this.#repeat(records, outcome.afterMs);
    if (!Number.isSafeInteger(outcome.next) || outcome.next < 0) throw new OutcomeInvalid(outcome.next);
    if (outcome.kind === 'done') this.context.commit(this.partition, outcome.next);
    this.#goOn();
    this.#moveTo(outcome.next);
    this.#balance();
  }

  fail(records: readonly LogRecord[]): void {
    if (this.#isLost || this.#takenEra !== this.#era) return;
    const { first, max } = this.context.backOffMs;
    this.#repeat(records, Math.min(max, first * 2 ** this.#failures));
    this.#failures = Math.min(this.#failures + 1, 30);
  }

  /** The group gave the partition to someone else: what is under way here ends without a word to the log. */
  lose(): void {
    this.#isLost = true;
    this.#ahead = [];
    if (this.#isHeld) this.context.hold(this.partition, false);
  }

  /** After the group was joined again the consumer would fetch from the committed offset, which may lie behind. */
  resume(): void {
    if (this.#fetchedTo !== undefined) this.context.fetchFrom(this.partition, this.#fetchedTo);
  }

  #moveTo(next: number): void {
    const first = this.#ahead[0]?.offset ?? Infinity;
    if (next >= first && next <= (this.#fetchedTo ?? 0)) {
      this.#ahead = this.#ahead.filter(({ offset }) => offset >= next);
      return;
    }
    this.#ahead = [];
    this.#fetchedTo = next;
    this.context.fetchFrom(this.partition, next);
  }

  #goOn(): void {
    this.#repeated = undefined;
    this.#notBefore = 0;
    this.#failures = 0;
  }

  #repeat(records: readonly LogRecord[], afterMs: number): void {
    this.#repeated = records.length;
    this.#notBefore = performance.now() + afterMs;
  }

  #balance(): void {
    this.#bytes = this.#ahead.reduce((sum, record) => sum + bytesOf(record), 0);
    const { recordsMax, bytesMax } = this.context;
    const isFull = this.#ahead.length >= recordsMax * BATCHES_AHEAD || this.#bytes >= bytesMax;
    if (isFull === this.#isHeld) return;
    this.#isHeld = isFull;
    this.context.hold(this.partition, isFull);
  }
}

function bytesOf({ key, value, headers }: LogRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of Object.entries(headers)) bytes += name.length + text.length;
  return bytes;
}
