import type { Meter } from '@tessera/demo';

type Waiting = Readonly<{ share: number; reached: () => void }>;

/** A demo's meter by which others can wait until a share of the events (0 to 1) has been posted. */
export class ProgressGate implements Meter {
  private total = 0;
  private posted = 0;
  private isPosting = false;
  private isReleased = false;
  private waiting: Waiting[] = [];

  constructor(private readonly inner: Meter) {}

  /** The run is over, whatever came of it. */
  get isOver(): boolean {
    return this.isReleased;
  }

  /** Resolves once that share is posted, or the run is over. */
  reached(share: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ share, reached: resolve });
      this.wake();
    });
  }

  /** To be called when the run is over: nobody need wait any longer. */
  release(): void {
    this.isReleased = true;
    this.wake();
  }

  start(what: string, total: number): void {
    this.isPosting = what === 'events';
    if (this.isPosting) {
      this.total = total;
      this.posted = 0;
    }
    this.inner.start(what, total);
    this.wake();
  }

  advance(by: number): void {
    this.inner.advance(by);
    if (!this.isPosting) return;
    this.posted += by;
    this.wake();
  }

  stop(): void {
    this.inner.stop();
  }

  note(text: string): void {
    this.inner.note(text);
  }

  private wake(): void {
    const isDue = ({ share }: Waiting): boolean =>
      this.isReleased || (this.isPosting && this.posted >= share * this.total);
    const due = this.waiting.filter(isDue);
    this.waiting = this.waiting.filter((waiting) => !isDue(waiting));
    for (const { reached } of due) reached();
  }
}
