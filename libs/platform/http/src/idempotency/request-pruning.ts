import { setTimeout as sleep } from 'node:timers/promises';
import type { IdempotentRequests } from './idempotent-requests.js';

const EVERY_MS = 10 * 60_000;
/** Between full turns: what has gathered goes soon, and others come in between. */
const PAUSE_MS = 1_000;
const ROWS_MAX = 2_000;

type Parts = Readonly<{
  requests: Pick<IdempotentRequests, 'prune'>;
  logger: Readonly<{ warn(context: object, message: string): void }>;
  everyMs?: number;
  pauseMs?: number;
  rowsMax?: number;
}>;

/** Lets answers go whose time is over: one bounded statement a turn, and the next turn soon while there are more. Replicas do not wait for each other. */
export class RequestPruning {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;

  constructor(private readonly parts: Parts) {}

  start(): void {
    this.running = this.run();
  }

  /** Waits for the statement under way, if there is one. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { everyMs = EVERY_MS, pauseMs = PAUSE_MS, rowsMax = ROWS_MAX } = this.parts;
    while (!this.stopping.signal.aborted) {
      const isFull = (await this.prune(rowsMax)) === rowsMax;
      await sleep(isFull ? pauseMs : everyMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async prune(rowsMax: number): Promise<number> {
    try {
      return await this.parts.requests.prune(rowsMax);
    } catch (error) {
      this.parts.logger.warn({ err: error }, 'old answers to requests will be pruned later');
      return 0;
    }
  }
}
