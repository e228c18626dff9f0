import type pg from 'pg';
import { GroupCommit, type Waiting } from '../group-commit.js';
import type { NewRecord } from '../log.js';
import { AppendTooLate, KeylessRecord } from '../errors.js';
import { partitionOf } from '../partitioner.js';
import type { Catalogue, Partition } from './catalogue.js';
import { insertRecords, type Placed, sizeOf } from './insert-records.js';
import { transaction } from './transaction.js';

const GROUP_RECORDS_MAX = 5_000;
const GROUP_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Writes records in the order of the calls. Callers that wait while a transaction is under way share the next one,
 * so that a commit's wait for the disk is paid once for all of them.
 */
export class Appender {
  readonly #groups = new GroupCommit({ recordsMax: GROUP_RECORDS_MAX, bytesMax: GROUP_BYTES_MAX, sizeOf }, (group) =>
    this.#writeGroup(group),
  );
  readonly #spread = new Map<string, number>();

  constructor(
    private readonly pool: pg.Pool,
    private readonly catalogue: Catalogue,
  ) {}

  append(records: readonly NewRecord[], mayStill?: () => boolean): Promise<void> {
    return this.#groups.append(records, mayStill);
  }

  /** Resolves when every append made until now has ended, well or not. */
  drained(): Promise<void> {
    return this.#groups.drained();
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const writable: Waiting[] = [];
    const placed: Placed[] = [];
    for (const waiting of group) {
      try {
        const records = await this.#place(waiting.records);
        if (!waiting.mayStill()) throw new AppendTooLate();
        for (const record of records) placed.push(record);
        writable.push(waiting);
      } catch (error) {
        waiting.reject(error);
      }
    }
    try {
      if (placed.length > 0) this.catalogue.raise(await this.#write(placed));
      for (const { resolve } of writable) resolve();
    } catch (error) {
      for (const { reject } of writable) reject(error);
    }
  }

  async #place(records: readonly NewRecord[]): Promise<Placed[]> {
    const placed: Placed[] = [];
    for (const record of records) {
      const { cleanup, partitions } = this.catalogue.known(record.topic) ?? (await this.catalogue.topic(record.topic));
      const byKey = cleanup === 'compact';
      if (byKey && record.key === null) throw new KeylessRecord(record.topic);
      placed.push({ record, byKey, partition: this.#partitionFor(record, partitions), offset: -1 });
    }
    return placed;
  }

  #partitionFor({ topic, key }: NewRecord, partitions: readonly Partition[]): Partition {
    if (key !== null) return partitions[partitionOf(key, partitions.length)]!;
    const turn = (this.#spread.get(topic) ?? 0) % partitions.length;
    this.#spread.set(topic, turn + 1);
    return partitions[turn]!;
  }

  /** The partitions' rows stay locked until the commit, so offsets become visible in their own order, without a hole. */
  #write(placed: readonly Placed[]): Promise<ReadonlyMap<number, number>> {
    const touched = [...new Set(placed.map(({ partition }) => partition.id))].sort((a, b) => a - b);
    return transaction(this.pool, async (client) => {
      const { rows } = await client.query<{ partition_id: number; next_offset: string }>(
        `SELECT partition_id, next_offset FROM topic_log.partitions
         WHERE partition_id = ANY ($1) ORDER BY partition_id FOR UPDATE`,
        [touched],
      );
      const ends = new Map(rows.map((row) => [row.partition_id, Number(row.next_offset)]));
      for (const record of placed) {
        record.offset = ends.get(record.partition.id)!;
        ends.set(record.partition.id, record.offset + 1);
      }
      await insertRecords(client, placed);
      await client.query(
        `UPDATE topic_log.partitions p SET next_offset = raised.next_offset
         FROM unnest($1::int[], $2::int8[]) AS raised (partition_id, next_offset)
         WHERE p.partition_id = raised.partition_id`,
        [[...ends.keys()], [...ends.values()]],
      );
      return ends;
    });
  }
}
