import { OutcomeInvalid } from '../errors.js';
import type { LaneSource } from '../lane.js';
import type { BatchOutcome, LogRecord, Stretch } from '../log.js';

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

/** The batch at work and the next one, so that a lane never waits for a fetch while there is work. */
const BATCHES_AHEAD = 2;
/** Records usually follow the end of a transaction, and then carry the position past it. */
const MARKS_WAIT_MS = 200;

/**
 * One group's way through one partition: what was fetched ahead, and where it stands. What is handed to a handler stays
 * here until its outcome is known, so that a retry is the very same batch.
 */
export class KafkaSource implements LaneSource {
  readonly #ahead: LogRecord[] = [];
  /** Of what is ahead, and of each record there. */
  #bytes = 0;
  readonly #sizes: number[] = [];
  /** Where marks of the log begin that lead up to a record, by that record's offset. */
  readonly #leads = new Map<number, number>();
  /** Marks of the log that no record follows yet; those behind a record that is ahead are passed with it. */
  #marks: Readonly<{ from: number; dueAt: number }> | undefined;
  /** Where the next fetch goes on; undefined until the first fetch has come. */
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

  /** What one fetch brought; `next` is where the following one goes on. */
  offer({ from, records, next }: Stretch): void {
    if (this.#fetchedTo !== undefined && from < this.#fetchedTo) {
      this.context.strayed(this.partition, this.#fetchedTo, from);
      this.#era += 1;
      this.#empty();
      this.#goOn();
    }
    const start = this.#marks && from === this.#fetchedTo ? this.#marks.from : from;
    const [first] = records;
    if (first) {
      if (start < first.offset) this.#leads.set(first.offset, start);
      for (const record of records) this.#append(record);
      this.#marks = undefined;
    } else if (this.#ahead.length === 0) this.#notice(start);
    this.#fetchedTo = next;
    this.#balance();
  }

  dueAt(): number {
    if (this.#ahead.length > 0) return this.#notBefore;
    return this.#marks ? Math.max(this.#notBefore, this.#marks.dueAt) : Infinity;
  }

  take(): Promise<Stretch | undefined> {
    this.#takenEra = this.#era;
    const records = this.#ahead.slice(0, this.#repeated ?? this.#fitting());
    const [first, last] = [records[0], records.at(-1)];
    const end = this.#fetchedTo ?? 0;
    if (first && last) {
      const next = records.length === this.#ahead.length ? end : last.offset + 1;
      return Promise.resolve({ from: this.#leads.get(first.offset) ?? first.offset, records, next });
    }
    return Promise.resolve(this.#marks && { from: this.#marks.from, records, next: end });
  }

  settle(outcome: BatchOutcome, taken: Stretch): void {
    if (this.#isLost || this.#takenEra !== this.#era) return;
    if (outcome.kind === 'retry') return this.#repeat(taken, outcome.afterMs);
    if (!Number.isSafeInteger(outcome.next) || outcome.next < 0) throw new OutcomeInvalid(outcome.next);
    if (outcome.kind === 'done') this.context.commit(this.partition, outcome.next);
    this.#goOn();
    this.#moveTo(outcome.next);
    this.#balance();
  }

  fail(taken?: Stretch): void {
    if (this.#isLost || this.#takenEra !== this.#era) return;
    const { first, max } = this.context.backOffMs;
    this.#repeat(taken, Math.min(max, first * 2 ** this.#failures));
    this.#failures = Math.min(this.#failures + 1, 30);
  }

  /** The group gave the partition to someone else: what is under way here ends without a word to the log. */
  lose(): void {
    this.#isLost = true;
    this.#empty();
    if (this.#isHeld) this.context.hold(this.partition, false);
  }

  /** After the group was joined again the consumer would fetch from the committed offset, which may lie behind. */
  resume(): void {
    if (this.#fetchedTo !== undefined) this.context.fetchFrom(this.partition, this.#fetchedTo);
  }

  #fitting(): number {
    const { recordsMax, bytesMax } = this.context;
    let count = 0;
    let bytes = 0;
    for (const size of this.#sizes) {
      bytes += size;
      if (count > 0 && (bytes > bytesMax || count >= recordsMax)) break;
      count += 1;
    }
    return count;
  }

  #moveTo(next: number): void {
    const [first] = this.#ahead;
    const start = first ? (this.#leads.get(first.offset) ?? first.offset) : (this.#marks?.from ?? Infinity);
    const end = this.#fetchedTo ?? 0;
    if (next < start || next > end) {
      this.#empty();
      this.#fetchedTo = next;
      this.context.fetchFrom(this.partition, next);
      return;
    }
    this.#drop(this.#ahead.findIndex(({ offset }) => offset >= next));
    for (const offset of this.#leads.keys()) if (offset < next) this.#leads.delete(offset);
    if (this.#ahead.length > 0) return;
    if (next < end) this.#notice(next);
    else this.#marks = undefined;
  }

  #notice(from: number): void {
    this.#marks = { from, dueAt: this.#marks?.dueAt ?? performance.now() + MARKS_WAIT_MS };
  }

  #append(record: LogRecord): void {
    const size = bytesOf(record);
    this.#ahead.push(record);
    this.#sizes.push(size);
    this.#bytes += size;
  }

  /** The first so many of what is ahead; all of it where the number is below zero. */
  #drop(count: number): void {
    const dropped = count < 0 ? this.#ahead.length : count;
    this.#ahead.splice(0, dropped);
    for (const size of this.#sizes.splice(0, dropped)) this.#bytes -= size;
  }

  #empty(): void {
    this.#drop(-1);
    this.#leads.clear();
    this.#marks = undefined;
  }

  #goOn(): void {
    this.#repeated = undefined;
    this.#notBefore = 0;
    this.#failures = 0;
  }

  /** Marks alone are handed with what has come since. */
  #repeat(taken: Stretch | undefined, afterMs: number): void {
    this.#repeated = taken?.records.length || undefined;
    this.#notBefore = performance.now() + afterMs;
  }

  #balance(): void {
    const { recordsMax, bytesMax } = this.context;
    const isFull = this.#ahead.length >= recordsMax * BATCHES_AHEAD || this.#bytes >= bytesMax;
    if (isFull === this.#isHeld) return;
    this.#isHeld = isFull;
    this.context.hold(this.partition, isFull);
  }
}

function bytesOf({ key, value, headers }: LogRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0);
  return bytes;
}
