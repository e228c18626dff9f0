import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchOutcome, Log, RecordBatch } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import type { BatchConsumer } from '../consumer/consume-batch.js';
import type { MessagingLogger } from '../logger.js';

const LOOK_MS = 200;
const BYTES_MAX = 8 * 1024 * 1024;
/** So often in a row, a second apart each, must a partition have shown nothing below its target before nothing is taken to be there. */
const EMPTY_LOOKS = 5;
const EMPTY_LOOK_MS = 1_000;

type Parts = Readonly<{
  dataSource: DataSource;
  log: Log;
  logger: MessagingLogger;
  recordsMax: number;
}>;

export type Target = Readonly<{ topic: string; partition: number; until: number; position: number }>;

type Empty = { position: number; looks: number; nextAt: number };

const placeOf = ({ topic, partition }: Readonly<{ topic: string; partition: number }>): string =>
  `${topic}/${partition}`;

/**
 * Reads the log a second time, in a group of its own, from each recorded position to its target, through the very consumer that everyday batches
 * go through: positions, effects and dead letters commit together, so it may be killed and begun again at any point, also twice at one time.
 */
export class Replay {
  constructor(private readonly parts: Parts) {}

  /** True when all targets are reached; false when it was stopped before. */
  async run(group: string, consumer: BatchConsumer, isStopping: () => boolean): Promise<boolean> {
    const ahead = await this.ahead();
    if (ahead.length === 0) return true;
    const untils = new Map((await this.targets()).map((target) => [placeOf(target), target.until]));
    const subscription = await this.parts.log.subscribe({
      group,
      topics: [...new Set(ahead.map(({ topic }) => topic))],
      recordsMax: this.parts.recordsMax,
      bytesMax: BYTES_MAX,
      onBatch: (batch) => this.take(batch, untils.get(placeOf(batch)) ?? 0, consumer),
    });
    try {
      return await this.untilReached(isStopping);
    } finally {
      await subscription.close();
    }
  }

  targets(): Promise<Target[]> {
    return rows<Target>(
      this.parts.dataSource.manager,
      `SELECT t.topic, t.partition, t.until_offset AS until, coalesce(o.next_offset, 0) AS position
         FROM upkeep_targets t LEFT JOIN consumer_offsets o USING (topic, partition) ORDER BY t.topic, t.partition`,
    );
  }

  private async ahead(): Promise<readonly Target[]> {
    return (await this.targets()).filter(({ position, until }) => position < until);
  }

  /** What lies behind the target is left to everyday life. A batch that lies behind it whole shows that nothing more is to come below. */
  private async take(batch: RecordBatch, until: number, consumer: BatchConsumer): Promise<BatchOutcome> {
    if (batch.from < until) {
      const records = batch.records.filter(({ offset }) => offset < until);
      return consumer.consume({ ...batch, records, next: Math.min(batch.next, until) });
    }
    await this.reach(batch, until);
    return { kind: 'done', next: batch.next };
  }

  private async untilReached(isStopping: () => boolean): Promise<boolean> {
    const empty = new Map<string, Empty>();
    while (!isStopping()) {
      const ahead = await this.ahead();
      if (ahead.length === 0) return true;
      for (const target of ahead) await this.lookForHole(target, empty);
      await sleep(LOOK_MS);
    }
    return false;
  }

  /** Where the log holds nothing any more between position and target (compaction, retention), no batch will ever say so. */
  private async lookForHole(target: Target, seen: Map<string, Empty>): Promise<void> {
    const { topic, partition, until, position } = target;
    const now = performance.now();
    const known = seen.get(placeOf(target));
    if (known?.position !== position) {
      seen.set(placeOf(target), { position, looks: 0, nextAt: now + EMPTY_LOOK_MS });
      return;
    }
    if (now < known.nextAt) return;
    known.nextAt = now + EMPTY_LOOK_MS;

    const [next] = await this.parts.log.read({ topic, partition, offset: position, limit: 1 });
    known.looks = next ? 0 : known.looks + 1;
    const isHole = next ? next.offset >= until : known.looks >= EMPTY_LOOKS;
    if (isHole) await this.reach(target, until);
  }

  private async reach(
    { topic, partition }: Readonly<{ topic: string; partition: number }>,
    until: number,
  ): Promise<void> {
    const moved = await rows<{ from: number }>(
      this.parts.dataSource.manager,
      `UPDATE consumer_offsets o SET next_offset = $3 FROM consumer_offsets old
        WHERE o.topic = $1 AND o.partition = $2 AND o.next_offset < $3
          AND old.topic = o.topic AND old.partition = o.partition
       RETURNING old.next_offset AS "from"`,
      [topic, partition, until],
    );
    const [hole] = moved;
    if (hole) this.parts.logger.info({ topic, partition, from: hole.from, until }, 'the log holds nothing more here');
  }
}
