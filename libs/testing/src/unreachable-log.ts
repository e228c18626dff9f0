import type { Log, RecordBatch, SubscriptionOptions } from '@tessera/platform-bus';

/**
 * A log that takes nothing and hands over only what a test delivers. What a service says stays in its outbox, where the test
 * reads it; what it hears comes by the same `onBatch` that a real log would call.
 */
export class UnreachableLog implements Log {
  readonly sessionTimeoutMs = null;
  private subscriber: SubscriptionOptions | null = null;

  async clusterId(): Promise<string> {
    return 'test-log';
  }

  async ensureTopics(): Promise<void> {
    return undefined;
  }

  async append(): Promise<void> {
    throw new Error('this log takes nothing: a test reads the outbox instead');
  }

  async subscribe(options: SubscriptionOptions): Promise<{ isConsuming(): boolean; close(): Promise<void> }> {
    this.subscriber = options;
    return { isConsuming: () => true, close: async () => undefined };
  }

  /** Hands a batch over as a log would: what is to be retried is, a few times; then the test is told. */
  async hand(batch: RecordBatch): Promise<void> {
    if (!this.subscriber?.topics.includes(batch.topic))
      throw new Error(`${batch.topic} is not consumed by this service`);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const outcome = await this.subscriber.onBatch(batch);
      if (outcome.kind === 'done') return;
    }
    throw new Error(`${batch.topic} could not be handled: see the service's log`);
  }

  async offsets(): Promise<readonly []> {
    return [];
  }

  async read(): Promise<readonly []> {
    return [];
  }

  async isReady(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {
    return undefined;
  }
}
