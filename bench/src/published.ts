import type { KafkaLog, LogRecord } from '@tessera/platform-bus';

/** What came to one topic since it was looked at. */
export class Published {
  private constructor(
    private readonly log: KafkaLog,
    private readonly topic: string,
    private readonly from: ReadonlyMap<number, number>,
  ) {}

  static async since(log: KafkaLog, topic: string): Promise<Published> {
    const ends = await log.offsets([topic]);
    return new Published(log, topic, new Map(ends.map(({ partition, end }) => [partition, end])));
  }

  /** Partition by partition, each in the order of the log. */
  async *records(): AsyncGenerator<LogRecord> {
    for (const [partition, offset] of this.from) {
      yield* await this.log.read({ topic: this.topic, partition, offset, limit: Number.MAX_SAFE_INTEGER });
    }
  }
}
