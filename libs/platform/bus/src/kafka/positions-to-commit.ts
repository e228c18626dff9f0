import type { Position } from '../log.js';
import type { Place } from './source.js';

/** Positions that moved and are not yet on the log. One flush at a time; what moves meanwhile is for the next. */
export class PositionsToCommit {
  readonly #moved = new Map<string, Position>();
  #flushing: Promise<void> = Promise.resolve();

  move({ topic, partition }: Place, next: number): void {
    this.#moved.set(`${topic}/${partition}`, { topic, partition, next });
  }

  forget({ topic, partition }: Place): void {
    this.#moved.delete(`${topic}/${partition}`);
  }

  /** Rejects as `commit` does; what was not committed then stays to be committed. */
  flush(commit: (positions: readonly Position[]) => Promise<void>): Promise<void> {
    const flushed = this.#flushing.then(async () => {
      const positions = [...this.#moved];
      if (positions.length === 0) return;
      await commit(positions.map(([, position]) => position));
      for (const [key, position] of positions) if (this.#moved.get(key) === position) this.#moved.delete(key);
    });
    this.#flushing = flushed.catch(() => undefined);
    return flushed;
  }
}
