import type { Log, PartitionOffsets } from '@tessera/platform-bus';
import { rows, type Transaction } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';

const placeOf = ({ topic, partition }: Readonly<{ topic: string; partition: number }>): string =>
  `${topic}/${partition}`;

export type Unseen = Readonly<{ topic: string; partition: number; from: number; earliest: number; end: number }>;

/**
 * Up to where this database knows what the log holds of its own events: all below was written from what is in this database, for it was on the log before
 * the position was noted here. A backup has the positions of its own instant, so what a lost timeline published lies above them.
 */
export class PublishedPositions {
  private readonly noted = new Map<string, number>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: Pick<Log, 'offsets'>,
    private readonly topics: readonly string[],
  ) {}

  /** Partitions with own records that this database has not looked at, in the order in which the service names its topics. */
  async unseen(): Promise<readonly Unseen[]> {
    const known = await rows<{ topic: string; partition: number; next_offset: number }>(
      this.dataSource.manager,
      'SELECT topic, partition, next_offset FROM published_positions',
    );
    const next = new Map(known.map((row) => [placeOf(row), row.next_offset]));
    return (await this.ends())
      .map((partition) => ({ ...partition, from: next.get(placeOf(partition)) ?? 0 }))
      .filter(({ from, end }) => from < end)
      .sort((a, b) => this.topics.indexOf(a.topic) - this.topics.indexOf(b.topic));
  }

  ends(): Promise<readonly PartitionOffsets[]> {
    return this.topics.length === 0 ? Promise.resolve([]) : this.log.offsets(this.topics);
  }

  /**
   * Notes in everyday life how far the log is; in a rebuild or restore it does nothing. False, without having noted anything, if the positions are below
   * those noted by this process before: the database was set back under its feet.
   */
  async noteInEverydayLife(): Promise<boolean> {
    const unseen = await this.unseen();
    if (unseen.some((one) => one.from < (this.noted.get(placeOf(one)) ?? 0))) return false;
    await this.note(this.dataSource.manager, unseen, 'EXISTS (SELECT FROM service_state WHERE upkeep IS NULL)');
    return true;
  }

  async note(
    tx: Transaction,
    ends: readonly Readonly<{ topic: string; partition: number; end: number }>[],
    condition = 'true',
  ): Promise<void> {
    if (ends.length === 0) return;
    const noted = await rows<{ topic: string; partition: number; next_offset: number }>(
      tx,
      `INSERT INTO published_positions (topic, partition, next_offset)
       SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) WHERE ${condition}
       ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
        WHERE published_positions.next_offset < excluded.next_offset
       RETURNING topic, partition, next_offset`,
      [ends.map(({ topic }) => topic), ends.map(({ partition }) => partition), ends.map(({ end }) => end)],
    );
    for (const row of noted) this.noted.set(placeOf(row), row.next_offset);
  }
}
