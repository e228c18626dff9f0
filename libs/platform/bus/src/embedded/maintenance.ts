import type pg from 'pg';

const SLICE_RECORDS = 5_000;

type TopicPartition = {
  partition_id: number;
  cleanup: 'compact' | 'delete';
  retention_ms: string | null;
  next_offset: string;
  compacted_to: string;
};

/** Takes away what a topic's clean-up lets go, in slices, so that neither readers nor appenders wait for it. */
export class Maintenance {
  #ran: Promise<void> = Promise.resolve();

  constructor(
    private readonly pool: pg.Pool,
    private readonly tombstoneGraceMs: number,
  ) {}

  /** One run at a time; a call during a run starts another after it, and so sees all that was appended before the call. */
  run(): Promise<void> {
    const running = this.#ran.then(() => this.#run());
    this.#ran = running.catch(() => undefined);
    return running;
  }

  async #run(): Promise<void> {
    const { rows } = await this.pool.query<TopicPartition>(
      'SELECT * FROM topic_log.topics JOIN topic_log.partitions USING (topic) ORDER BY partition_id',
    );
    for (const partition of rows) {
      if (partition.cleanup === 'compact') await this.#compact(partition);
      else if (partition.retention_ms !== null)
        await this.#expire(partition.partition_id, Number(partition.retention_ms));
    }
  }

  /** From the oldest on, so that what is left has no hole. */
  async #expire(partitionId: number, retentionMs: number): Promise<void> {
    for (;;) {
      const { rowCount } = await this.pool.query(
        `DELETE FROM topic_log.records r USING (
           SELECT record_offset FROM topic_log.records WHERE partition_id = $1 ORDER BY record_offset LIMIT $2
         ) AS oldest
         WHERE r.partition_id = $1 AND r.record_offset = oldest.record_offset
           AND r.appended_at < clock_timestamp() - $3 * interval '1 millisecond'`,
        [partitionId, SLICE_RECORDS, retentionMs],
      );
      if (rowCount !== SLICE_RECORDS) return;
    }
  }

  /** Every record, once it is committed, removes the older ones of its key; `compacted_to` says how far that is done. */
  async #compact({ partition_id: id, next_offset, compacted_to }: TopicPartition): Promise<void> {
    const end = Number(next_offset);
    for (let from = Number(compacted_to); from < end; from += SLICE_RECORDS) {
      const to = Math.min(end, from + SLICE_RECORDS);
      await this.pool.query(
        `DELETE FROM topic_log.records older USING (
           SELECT key, max(record_offset) AS record_offset FROM topic_log.records
           WHERE partition_id = $1 AND record_offset >= $2 AND record_offset < $3 GROUP BY key
         ) AS newest
         WHERE older.partition_id = $1 AND older.by_key AND md5(older.key) = md5(newest.key) AND older.key = newest.key
           AND older.record_offset < newest.record_offset`,
        [id, from, to],
      );
      await this.pool.query('UPDATE topic_log.partitions SET compacted_to = $2 WHERE partition_id = $1', [id, to]);
    }
    await this.#removeTombstones(id, end);
  }

  /** A tombstone goes after its key's older records have gone. A partition's last record always stays: who has read it has no lag. */
  async #removeTombstones(partitionId: number, compactedTo: number): Promise<void> {
    await this.pool.query(
      `DELETE FROM topic_log.records WHERE partition_id = $1 AND by_key AND value IS NULL AND record_offset < $2::int8 - 1
         AND appended_at <= clock_timestamp() - $3 * interval '1 millisecond'`,
      [partitionId, compactedTo, this.tombstoneGraceMs],
    );
  }
}
