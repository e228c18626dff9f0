import type { Logger } from '@tessera/platform-service';

type Step = Readonly<{ name: string; close: () => Promise<unknown>; msMax: number }>;

const STEP_MS_MAX = 15_000;

/** What was opened, to be closed in the opposite order. A step that fails or takes too long does not keep the next from its turn. */
export class Opened {
  private readonly steps: Step[] = [];
  private closing: Promise<void> | null = null;

  constructor(private readonly logger: Logger) {}

  get isClosing(): boolean {
    return this.closing !== null;
  }

  add(name: string, close: () => Promise<unknown>, msMax: number = STEP_MS_MAX): void {
    this.steps.push({ name, close, msMax });
  }

  /** Never rejects, and does its work once, however often it is called. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    for (const step of this.steps.toReversed()) await this.closeOne(step);
  }

  private async closeOne({ name, close, msMax }: Step): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), msMax);
    });
    try {
      if ((await Promise.race([close(), late])) === 'late') {
        this.logger.warn({ step: name }, 'closing took too long; going on without it');
      }
    } catch (error) {
      this.logger.error({ err: error, step: name }, 'closing failed; going on');
    } finally {
      clearTimeout(timer);
    }
  }
}
