import type { Logger } from './logger.js';

type Step = Readonly<{ name: string; close: () => Promise<unknown> }>;

/**
 * What was opened, to be closed in the opposite order within a deadline. No step may take more than half of the time left, so that one
 * that hangs does not keep the next from its turn.
 */
export class Shutdown {
  private readonly steps: Step[] = [];
  private closing: Promise<void> | null = null;

  constructor(
    private readonly logger: Logger,
    private readonly deadlineMs: number,
  ) {}

  opened(name: string, close: () => Promise<unknown>): void {
    this.steps.push({ name, close });
  }

  /** Never rejects, and does its work once, however often it is called. */
  run(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    const end = performance.now() + this.deadlineMs;
    for (const step of this.steps.toReversed()) await this.closeOne(step, (end - performance.now()) / 2);
  }

  private async closeOne({ name, close }: Step, allowedMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), Math.max(allowedMs, MINIMUM_MS));
    });
    try {
      const outcome = await Promise.race([close(), late]);
      if (outcome === 'late') this.logger.warn({ step: name }, 'closing took too long; going on without it');
    } catch (error) {
      this.logger.error({ err: error, step: name }, 'closing failed; going on');
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Even when the deadline has passed each step gets a moment, so that what needs none of it is closed properly. */
const MINIMUM_MS = 100;
