import type pg from 'pg';
import type { PartitionOffsets, TopicSpec } from '../log.js';
import { UnknownPartition, UnknownTopic } from '../errors.js';
import { CREATION_LOCK } from './schema.js';
import { transaction } from './transaction.js';

export type Partition = Readonly<{ id: number; topic: string; partition: number }>;
export type Topic = Readonly<{ cleanup: TopicSpec['cleanup']; partitions: readonly Partition[] }>;

type Row = {
  topic: string;
  cleanup: TopicSpec['cleanup'];
  partition: number;
  partition_id: number;
  next_offset: string;
};

/**
 * What is known in memory of topics and of where each partition ends. An end is only ever raised, and only to what
 * is committed: a reader that finds nothing below it may go on from it.
 */
export class Catalogue {
  #topics: ReadonlyMap<string, Topic> = new Map();
  readonly #ends = new Map<number, number>();
  readonly #listeners = new Set<() => void>();

  constructor(private readonly pool: pg.Pool) {}

  async ensure(specs: readonly TopicSpec[]): Promise<void> {
    await transaction(this.pool, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [CREATION_LOCK]);
      await client.query(
        `INSERT INTO topic_log.topics (topic, cleanup, retention_ms)
         SELECT * FROM unnest($1::text[], $2::text[], $3::int8[]) ON CONFLICT DO NOTHING`,
        [specs.map(({ topic }) => topic), specs.map(({ cleanup }) => cleanup), specs.map((spec) => spec.retentionMs)],
      );
      await client.query(
        `INSERT INTO topic_log.partitions (topic, partition)
         SELECT topic, number FROM unnest($1::text[], $2::int[]) AS wanted (topic, partitions),
           generate_series(0, partitions - 1) AS number ON CONFLICT DO NOTHING`,
        [specs.map(({ topic }) => topic), specs.map(({ partitions }) => partitions)],
      );
    });
    await this.refresh();
  }

  /** Reads everything anew; finds what another connection created or appended. */
  async refresh(): Promise<void> {
    const { rows } = await this.pool.query<Row>(
      'SELECT * FROM topic_log.topics JOIN topic_log.partitions USING (topic) ORDER BY topic, partition',
    );
    const topics = new Map<string, { cleanup: TopicSpec['cleanup']; partitions: Partition[] }>();
    for (const { topic, cleanup, partition, partition_id: id } of rows) {
      const entry = topics.get(topic) ?? { cleanup, partitions: [] };
      entry.partitions.push({ id, topic, partition });
      topics.set(topic, entry);
    }
    this.#topics = topics;
    this.raise(rows.map((row) => [row.partition_id, Number(row.next_offset)]));
  }

  known(topic: string): Topic | undefined {
    return this.#topics.get(topic);
  }

  async topic(name: string): Promise<Topic> {
    if (!this.#topics.has(name)) await this.refresh();
    const topic = this.#topics.get(name);
    if (!topic) throw new UnknownTopic(name);
    return topic;
  }

  async partition(topic: string, number: number): Promise<Partition> {
    const { partitions } = await this.topic(topic);
    const partition = partitions[number];
    if (!partition) throw new UnknownPartition(topic, number, partitions.length);
    return partition;
  }

  endOf({ id }: Partition): number {
    return this.#ends.get(id) ?? 0;
  }

  /** Takes over committed ends and, where one grew, wakes who waits. */
  raise(ends: Iterable<readonly [partitionId: number, end: number]>): void {
    let grown = false;
    for (const [id, end] of ends) {
      if (end <= (this.#ends.get(id) ?? 0)) continue;
      this.#ends.set(id, end);
      grown = true;
    }
    if (grown) for (const listener of this.#listeners) listener();
  }

  /** Calls the listener whenever an end has grown, until the function it gives is called. */
  onGrowth(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]> {
    const { rows } = await this.pool.query<{ topic: string; partition: number; earliest: string; end: string }>(
      `SELECT topic, partition, next_offset AS "end", coalesce((SELECT record_offset FROM topic_log.records r
         WHERE r.partition_id = p.partition_id ORDER BY record_offset LIMIT 1), next_offset) AS earliest
       FROM topic_log.partitions p WHERE topic = ANY ($1) ORDER BY topic, partition`,
      [topics],
    );
    return rows.map(({ topic, partition, earliest, end }) => ({
      topic,
      partition,
      earliest: Number(earliest),
      end: Number(end),
    }));
  }
}
