import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { contractFor, type ServiceName } from '@tessera/contracts';
import type { Log, Subscription } from '@tessera/platform-bus';
import pLimit from 'p-limit';
import { defaultIfEmpty, isObservable, lastValueFrom, type Observable, throwError } from 'rxjs';
import type { Batch } from './batch.js';
import type { BatchConsumer } from './consumer/consume-batch.js';
import type { Handlers } from './consumer/handlers.js';

const RECORDS_MAX = 500;
const BYTES_MAX = 8 * 1024 * 1024;
/**
 * Enough for one to be computed while others are written. All lanes at once would keep each other waiting inside their transactions, which
 * may idle for so long only, and what all of them have in hand in memory.
 */
const BATCHES_AT_ONCE = 4;

type Parts = Readonly<{
  service: ServiceName;
  log: Log;
  handlers: Handlers;
  consumer: BatchConsumer;
  recordsMax?: number;
  recordsMaxOf?: Readonly<Record<string, number>>;
}>;

/** Feeds `@EventPattern` methods with batches from the log, each in its transaction. */
export class LogTransport extends Server implements CustomTransportStrategy {
  private subscription: Subscription | null = null;
  private readonly atOnce = pLimit(BATCHES_AT_ONCE);

  constructor(private readonly parts: Parts) {
    super();
  }

  /** Nest calls this once all handlers are known. */
  listen(callback: (error?: unknown) => void): void {
    this.subscribe().then(() => callback(), callback);
  }

  isConsuming(): boolean {
    return this.subscription?.isConsuming() ?? this.parts.handlers.topics.length === 0;
  }

  async close(): Promise<void> {
    await this.subscription?.close();
    this.subscription = null;
  }

  override on(): never {
    throw new Error('this transport has no events of its own');
  }

  override unwrap(): never {
    throw new Error('the log behind this transport is reached by the log port');
  }

  private async subscribe(): Promise<void> {
    const { service, log, handlers, consumer, recordsMax, recordsMaxOf } = this.parts;
    for (const topic of this.getHandlers().keys()) this.register(topic);
    if (handlers.topics.length === 0) return;
    this.subscription = await log.subscribe({
      group: service,
      topics: handlers.topics,
      recordsMax: recordsMax ?? RECORDS_MAX,
      ...(recordsMaxOf && { recordsMaxOf }),
      bytesMax: BYTES_MAX,
      positions: () => consumer.positions(),
      onBatch: (batch) => this.atOnce(() => consumer.consume(batch)),
    });
  }

  private register(topic: string): void {
    const contract = contractFor(topic);
    const handler = this.getHandlerByPattern(topic);
    if (!contract || !handler) throw new Error(`${topic} is handled here but is no contract`);
    if (handler.next)
      throw new Error(`${topic} has two handlers in this service: their order and retries would be undefined`);
    this.parts.handlers.register(contract, async (batch: Batch<unknown>) => {
      await settled(await handler(batch));
    });
  }
}

/**
 * Nest answers with an Observable, and puts a handler's error into it. Whoever does not wait for its last value moves past a
 * batch that failed.
 */
async function settled(result: unknown): Promise<void> {
  if (isObservable(result)) await lastValueFrom((result as Observable<unknown>).pipe(defaultIfEmpty(undefined)));
}

/** Hands on a handler's own error: Nest would put a nameless one in its place, and the cause would be lost. */
@Catch()
export class RethrowingFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
