import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@tessera/platform-bus';
import { type Consumer, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { PARTITIONS } from './partitions.js';

const TOPIC = 'hop';
const LANDED_MS_MAX = 20_000;

/** The least that anything on this log takes: one record, acknowledged by all, to the consumer that waits for it. */
export class Hop {
  /** From the sending to the receiving. */
  readonly tookMs: number[] = [];
  private readonly sentAt = new Map<string, number>();
  private sent = 0;

  private constructor(
    private readonly producer: Producer,
    private readonly consumer: Consumer,
  ) {}

  static async open(brokers: string, log: Log): Promise<Hop> {
    await log.ensureTopics([{ topic: TOPIC, partitions: PARTITIONS, cleanup: 'delete', retentionMs: null }]);
    const kafka = new Kafka({ brokers: [brokers], clientId: 'hop', logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    const consumer = kafka.consumer({ groupId: 'hop' });
    const hop = new Hop(producer, consumer);
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
    await consumer.run({ eachMessage: ({ message }) => Promise.resolve(hop.receive(message.key?.toString() ?? '')) });
    // The first one waits for the group to be joined.
    await hop.send();
    await hop.landed();
    hop.tookMs.length = 0;
    return hop;
  }

  async send(): Promise<void> {
    const key = String(this.sent++);
    this.sentAt.set(key, performance.now());
    await this.producer.send({ topic: TOPIC, acks: -1, messages: [{ key, value: '' }] });
  }

  /** Waits for those under way; answers how many do not come. */
  async landed(): Promise<number> {
    const giveUpAt = performance.now() + LANDED_MS_MAX;
    while (this.sentAt.size > 0 && performance.now() < giveUpAt) await sleep(10);
    return this.sentAt.size;
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
    await this.producer.disconnect();
  }

  private receive(key: string): void {
    const sentAt = this.sentAt.get(key);
    if (sentAt === undefined) return;
    this.tookMs.push(performance.now() - sentAt);
    this.sentAt.delete(key);
  }
}
