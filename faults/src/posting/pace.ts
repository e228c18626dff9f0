import { setTimeout as sleep } from 'node:timers/promises';

/** The rest of the events follows when all injections have been made, so that none of them is the last to happen. */
const SHARE = 0.9;
const SLICES_AN_INJECTION = 2;
const SLICE_MIN = 5;
const SLICE_MAX = 1_000;
const HUNGER_MS = 500;
/** Well below the time that a sender gives one request. */
const WAIT_MS_MAX = 20_000;

/** Spreads the posting over the injections: events come only as fast as those are made, so that each finds work. */
export class Pace {
  private passedAt = performance.now();
  private hungry = 0;
  private isOver = false;

  constructor(
    private readonly injections: number,
    /** Injections made so far. */
    private readonly done: () => number,
    private readonly events: number,
  ) {}

  /** Most events to be posted at once. */
  get slice(): number {
    const slice = Math.ceil((this.events * SHARE) / this.injections / SLICES_AN_INJECTION);
    return Math.min(SLICE_MAX, Math.max(SLICE_MIN, slice));
  }

  /** Resolves with true once so many events may have been posted; with false if that takes long: ask again. */
  async mayPass(events: number): Promise<boolean> {
    for (const giveUpAt = performance.now() + WAIT_MS_MAX; performance.now() < giveUpAt; await sleep(10)) {
      if (!this.isDue(events)) continue;
      this.passedAt = performance.now();
      return true;
    }
    return false;
  }

  /** While this waits, some events more pass now and then: it waits for something that only happens when there is work. */
  async feeding<T>(waiting: Promise<T>): Promise<T> {
    this.hungry += 1;
    try {
      return await waiting;
    } finally {
      this.hungry -= 1;
    }
  }

  over(): void {
    this.isOver = true;
  }

  private isDue(events: number): boolean {
    if (this.isOver || events <= ((this.done() + 1) / this.injections) * SHARE * this.events) return true;
    return this.hungry > 0 && performance.now() - this.passedAt > HUNGER_MS;
  }
}
