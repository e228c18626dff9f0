import type { Outcome } from '../domain/message.js';

const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 30_000;

/** A mail server that cannot be reached is left alone, ever longer, and then asked with one message at a time until it takes one. */
export class ServerBackOff {
  /** Attempts in a row that did not reach the mail server. */
  private failures = 0;
  private resumeAt = 0;

  constructor(private readonly clock: () => number = () => performance.now()) {}

  note({ kind }: Outcome): void {
    if (kind === 'unreachable') {
      this.resumeAt = this.clock() + this.pauseMs;
      this.failures += 1;
    } else if (kind !== 'unknown') {
      this.failures = 0;
      this.resumeAt = 0;
    }
  }

  get pauseMs(): number {
    return Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** Math.min(this.failures, 10));
  }

  get isDoubtful(): boolean {
    return this.failures > 0;
  }

  /** How many messages may be with it at one time, of so many connections. */
  atOnce(connectionsMax: number): number {
    if (this.clock() < this.resumeAt) return 0;
    return this.failures > 0 ? 1 : connectionsMax;
  }
}
