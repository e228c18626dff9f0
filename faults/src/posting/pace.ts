import { setTimeout as sleep } from 'node:timers/promises';

/** The rest of the events follows when all injections have been made, so that none of them is the last to happen. */
const SHARE = 0.9;
const SLICE_MIN = 5;
const SLICE_MAX = 1_000;
const HUNGER_MS = 500;
/** Well below the time that a sender gives one request. */
const WAIT_MS_MAX = 20_000;
const STEP_MS = 250;

/** Spreads the posting over the injections: events come only as fast as those are made, so that each finds work. */
export class Pace {
  private begin: () => void = () => undefined;
  /** Resolves when the first facts are to be posted: the shop is open then. */
  readonly begun = new Promise<void>((resolve) => {
    this.begin = resolve;
  });
  private askedAt = performance.now();
  private hungry = 0;
  private isOver = false;
  private ahead = 1;
  private slices: number;
  private gapMs = 0;
  private passedAt = -Infinity;

  constructor(
    private readonly injections: number,
    /** Injections made so far. */
    private readonly done: () => number,
    private readonly events: number,
    /** Whether the system has nothing left to do. */
    private readonly isIdle: () => Promise<boolean>,
    slicesAnInjection = 2,
  ) {
    this.slices = injections * slicesAnInjection;
  }

  /** Most events to be posted at once. */
  get slice(): number {
    const slice = Math.ceil((this.events * SHARE) / this.slices);
    return Math.min(SLICE_MAX, Math.max(SLICE_MIN, slice));
  }

  /**
   * For injections that take their time, so many of them at once: events come no faster than evenly over this time, for there to be
   * some all the while. To be called before the posting begins.
   */
  evenly({ overMs, atOnce }: Readonly<{ overMs: number; atOnce: number }>): void {
    this.ahead = atOnce;
    this.slices = Math.ceil(overMs / STEP_MS);
    this.gapMs = (overMs * this.slice) / (this.events * SHARE);
  }

  /** Resolves with true once so many events may have been posted; with false if that takes long: ask again. */
  async mayPass(events: number): Promise<boolean> {
    this.begin();
    for (const giveUpAt = performance.now() + WAIT_MS_MAX; performance.now() < giveUpAt; await sleep(10)) {
      if (!this.isDue(events) && !(await this.mustFeed())) continue;
      this.passedAt = performance.now();
      return true;
    }
    return false;
  }

  /** While this waits and nothing is left to do, some events more pass: it waits for something that only happens when there is work. */
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
    this.begin();
  }

  private isDue(events: number): boolean {
    if (this.isOver) return true;
    const share = Math.min(1, (this.done() + this.ahead) / this.injections) * SHARE;
    return events <= share * this.events && performance.now() - this.passedAt >= this.gapMs;
  }

  private async mustFeed(): Promise<boolean> {
    if (this.hungry === 0 || performance.now() - this.askedAt < HUNGER_MS) return false;
    this.askedAt = performance.now();
    return this.isIdle();
  }
}
