const TIMER_MS_MAX = 2 ** 31 - 1;

/** Lets one loop sleep until it is woken. A ring while nobody sleeps is kept for the next sleep. */
export class Alarm {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Ends at the ring or after `ms`, whichever comes first, at the latest after 24 days; Infinity waits for the ring alone. */
  async sleep(ms: number): Promise<void> {
    if (!this.#rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (ms !== Infinity) timer = setTimeout(resolve, Math.min(Math.max(0, ms), TIMER_MS_MAX));
      });
      clearTimeout(timer);
      this.#wake = undefined;
    }
    this.#rung = false;
  }
}
