import { Alarm } from './alarm.js';
import type { Report } from './every.js';
import type { BatchOutcome, RecordBatch, Stretch } from './log.js';

/** One group's way through one partition, as a lane needs it. */
export interface LaneSource {
  readonly partition: Readonly<{ topic: string; partition: number }>;
  /** When there will be something to do, in the time of `performance.now`; Infinity while there is nothing. */
  dueAt(): number;
  /** The next batch, or the one to be repeated; undefined where there is nothing after all. */
  take(): Promise<Stretch | undefined>;
  settle(outcome: BatchOutcome, taken: Stretch): void;
  /** The handler threw, or taking did (nothing is taken then): the same again, after a pause. */
  fail(taken?: Stretch): void;
}

/** Hands out the batches of one partition number of all topics, one after the other, each topic in its turn. */
export class Lane {
  readonly #sources: LaneSource[] = [];
  readonly #alarm = new Alarm();
  readonly #ended: Promise<void>;
  #turn = 0;
  #closing = false;

  constructor(
    private readonly onBatch: (batch: RecordBatch) => Promise<BatchOutcome>,
    private readonly report: Report,
  ) {
    this.#ended = this.#run();
  }

  add(source: LaneSource): void {
    this.#sources.push(source);
    this.wake();
  }

  /** A batch of it that is under way still ends, and is settled. */
  remove(source: LaneSource): void {
    const at = this.#sources.indexOf(source);
    if (at >= 0) this.#sources.splice(at, 1);
  }

  wake(): void {
    this.#alarm.ring();
  }

  close(): Promise<void> {
    this.#closing = true;
    this.wake();
    return this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      const now = performance.now();
      const source = this.#nextDue(now);
      if (source) await this.#advance(source);
      else await this.#alarm.sleep(Math.min(Infinity, ...this.#sources.map((waiting) => waiting.dueAt())) - now);
    }
  }

  #nextDue(now: number): LaneSource | undefined {
    for (let ahead = 0; ahead < this.#sources.length; ahead += 1) {
      const at = (this.#turn + ahead) % this.#sources.length;
      if (this.#sources[at]!.dueAt() > now) continue;
      this.#turn = at + 1;
      return this.#sources[at];
    }
    return undefined;
  }

  async #advance(source: LaneSource): Promise<void> {
    const { topic, partition } = source.partition;
    let taken: Stretch | undefined;
    try {
      taken = await source.take();
      if (!taken || this.#closing) return;
      source.settle(await this.onBatch({ topic, partition, ...taken, heartbeat: () => Promise.resolve() }), taken);
    } catch (error) {
      source.fail(taken);
      this.report({ doing: `handing out ${topic}/${partition}`, error });
    }
  }
}
