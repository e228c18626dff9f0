import type pg from 'pg';
import type { Position } from '../log.js';
import type { Partition } from './catalogue.js';

type Moved = Position & Readonly<{ group: string }>;

const nameOf = ({ topic, partition }: Readonly<{ topic: string; partition: number }>): string =>
  `${topic}/${partition}`;

/**
 * Where each group stands. Moves are kept in memory and written together now and then: what a crash forgets is
 * delivered again, which at-least-once allows, so they need not wait for the disk either.
 */
export class Positions {
  #moved = new Map<string, Moved>();
  #written: Promise<void> = Promise.resolve();

  constructor(private readonly pool: pg.Pool) {}

  /** The group's next offset in a partition, unless the subscriber knows its own; a group that never was there starts at 0. */
  async load(
    group: string,
    topics: readonly string[],
    known: readonly Position[] = [],
  ): Promise<(partition: Partition) => number> {
    await this.flush();
    const { rows } = await this.pool.query<{ topic: string; partition: number; next_offset: string }>(
      'SELECT * FROM topic_log.positions WHERE consumer_group = $1 AND topic = ANY ($2)',
      [group, topics],
    );
    const positions = new Map(rows.map((row) => [nameOf(row), Number(row.next_offset)]));
    for (const position of known) positions.set(nameOf(position), position.next);
    return (partition) => positions.get(nameOf(partition)) ?? 0;
  }

  move(group: string, { topic, partition }: Partition, next: number): void {
    this.#moved.set(`${group}/${nameOf({ topic, partition })}`, { group, topic, partition, next });
  }

  /** Writes what moved until now. One write at a time, so that an older position never overwrites a newer one. */
  flush(): Promise<void> {
    const writing = this.#written.then(() => this.#write());
    this.#written = writing.catch(() => undefined);
    return writing;
  }

  async #write(): Promise<void> {
    if (this.#moved.size === 0) return;
    const moved = this.#moved;
    this.#moved = new Map();
    const all = [...moved.values()];
    try {
      await this.pool.query(
        `WITH lazily AS (SELECT set_config('synchronous_commit', 'off', true))
         INSERT INTO topic_log.positions (consumer_group, topic, partition, next_offset)
         SELECT moved.* FROM lazily, unnest($1::text[], $2::text[], $3::int[], $4::int8[]) AS moved
         ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET next_offset = excluded.next_offset`,
        [all.map((at) => at.group), all.map((at) => at.topic), all.map((at) => at.partition), all.map((at) => at.next)],
      );
    } catch (error) {
      this.#moved = new Map([...moved, ...this.#moved]);
      throw error;
    }
  }
}
