/** A sleep that can be cut short. A wake-up while nobody sleeps is kept for the next sleep, so none is missed. */
export class Wakeup {
  private pending = false;
  private waiting: (() => void) | null = null;

  wake(): void {
    this.pending = true;
    this.waiting?.();
  }

  async sleep(ms: number): Promise<void> {
    if (!this.pending) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.waiting = null;
    }
    this.pending = false;
  }
}
