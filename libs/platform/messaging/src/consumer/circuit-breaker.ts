export const FAILURES_IN_A_ROW_MAX = 20;
export const RECENT_EVENTS = 200;

/**
 * Tells bad events from a bad deploy, for one partition. Only unforeseen failures count; when 20 in a row, or half of the
 * last 200, fail so, the partition is to pause instead of filling the dead letters with good events.
 */
export class CircuitBreaker {
  private inARow = 0;
  private readonly recent: boolean[] = [];

  /** Notes one event's end; answers true when the partition must pause. */
  note(failed: boolean): boolean {
    this.inARow = failed ? this.inARow + 1 : 0;
    this.recent.push(failed);
    if (this.recent.length > RECENT_EVENTS) this.recent.shift();
    return this.isOpen();
  }

  /** A run of `count` successes; more than the window remembers need not be noted one by one. */
  succeeded(count: number): void {
    for (let noted = 0; noted < Math.min(count, RECENT_EVENTS); noted += 1) this.note(false);
  }

  private isOpen(): boolean {
    if (this.inARow >= FAILURES_IN_A_ROW_MAX) return true;
    return this.recent.length === RECENT_EVENTS && this.recent.filter(Boolean).length >= RECENT_EVENTS / 2;
  }

  /** After a pause the same events are tried again: what was counted before says nothing about the mended service. */
  reset(): void {
    this.inARow = 0;
    this.recent.length = 0;
  }
}
