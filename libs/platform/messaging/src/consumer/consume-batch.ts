import type { ServiceName } from '@tessera/contracts';
import type { BatchOutcome, LogRecord, RecordBatch } from '@tessera/platform-bus';
import { isStatementTimeout, isTransient, type Transaction } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import { writeDeadLetters } from '../dead-letters/write-dead-letters.js';
import { ForeignLog } from '../errors.js';
import type { MessagingLogger } from '../logger.js';
import type { EventOutcome, MessagingMetrics } from '../metrics.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { handleIsolated, handleTogether, type Handled, PartitionPaused } from './handle-events.js';
import type { Handlers } from './handlers.js';
import { lockPosition, movePosition } from './position.js';
import { readBatch } from './read-batch.js';

const TRANSIENT_RETRY_MS = 500;
const PAUSED_RETRY_MS = 15_000;
const FOREIGN_LOG_RETRY_MS = 60_000;

type Parts = Readonly<{
  service: ServiceName;
  dataSource: DataSource;
  handlers: Handlers;
  clusterId: () => Promise<string>;
  metrics: MessagingMetrics;
  logger: MessagingLogger;
  pausedRetryMs?: number;
}>;

type Mode = 'together' | 'isolated';
type Counts = readonly (readonly [EventOutcome, number])[];
type Consumed = Readonly<{ outcome: BatchOutcome; counts: Counts }>;

/** Thrown to roll back when someone else moved the position: the batch is somebody else's now. */
class PositionLost extends Error {}

/**
 * At least once on the log becomes exactly once in effect: the position, the effects, the outgoing events and the dead letters
 * of a batch commit together or not at all, and only then the offset on the log moves.
 */
export class BatchConsumer {
  private readonly breakers = new Map<string, CircuitBreaker>();
  private readonly sought = new Map<string, number>();
  private readonly pausedPartitions = new Map<string, string>();

  constructor(private readonly parts: Parts) {}

  /** Partitions that wait for an operator, with the reason; empty when all is well. */
  paused(): ReadonlyMap<string, string> {
    return this.pausedPartitions;
  }

  async consume(batch: RecordBatch): Promise<BatchOutcome> {
    const place = `${batch.topic}/${batch.partition}`;
    const sought = this.sought.get(place);
    this.sought.delete(place);
    try {
      const { outcome, counts } = await this.inTransaction(batch, sought, 'together').catch(async (error: unknown) => {
        if (isPassing(error) && !isStatementTimeout(error)) throw error;
        this.parts.metrics.retried(batch.topic);
        return this.inTransaction(batch, sought, 'isolated');
      });
      this.pausedPartitions.delete(place);
      for (const [what, count] of counts) this.parts.metrics.handled(batch.topic, what, count);
      return outcome;
    } catch (error) {
      return this.retryLater(place, error);
    }
  }

  private retryLater(place: string, error: unknown): BatchOutcome {
    const { logger, pausedRetryMs = PAUSED_RETRY_MS } = this.parts;
    if (error instanceof PositionLost) return { kind: 'retry', afterMs: 0 };
    if (error instanceof PartitionPaused || error instanceof ForeignLog) {
      this.pausedPartitions.set(place, error.message);
      this.breakers.get(place)?.reset();
      logger.error({ partition: place, err: error }, 'partition paused: mend the cause, it is then tried again');
      return { kind: 'retry', afterMs: error instanceof ForeignLog ? FOREIGN_LOG_RETRY_MS : pausedRetryMs };
    }
    logger.warn({ partition: place, err: error }, 'batch will be tried again');
    return { kind: 'retry', afterMs: TRANSIENT_RETRY_MS };
  }

  private async inTransaction(batch: RecordBatch, sought: number | undefined, mode: Mode): Promise<Consumed> {
    const clusterId = await this.parts.clusterId();
    return this.parts.dataSource.transaction(async (tx) => {
      const next = await lockPosition(tx, batch, clusterId);
      const last = batch.records.at(-1);
      if (!last || last.offset < next) return { outcome: { kind: 'done', next }, counts: [] };

      if (this.mustSeek(batch, next, sought)) return { outcome: { kind: 'seek', next }, counts: [] };

      const fresh = batch.records.filter(({ offset }) => offset >= next);
      const counts = await this.takeEffect(tx, batch, fresh, mode);
      if (!(await movePosition(tx, batch, next, last.offset + 1))) throw new PositionLost();
      return { outcome: { kind: 'done', next: last.offset + 1 }, counts };
    });
  }

  /**
   * A batch that starts above the position is asked for again from there. Only the batch that comes right after may start above
   * it still: what the log gave then is next, and the hole is the log's own.
   */
  private mustSeek(batch: RecordBatch, next: number, soughtJustBefore: number | undefined): boolean {
    const place = `${batch.topic}/${batch.partition}`;
    const first = batch.records[0]?.offset ?? next;
    if (first <= next) return false;
    if (soughtJustBefore === next) {
      this.parts.logger.warn({ partition: place, from: next, to: first }, 'the log has a hole here');
      return false;
    }
    this.sought.set(place, next);
    return true;
  }

  private async takeEffect(
    tx: Transaction,
    { topic, partition }: RecordBatch,
    records: readonly LogRecord[],
    mode: Mode,
  ): Promise<Counts> {
    const { service, handlers, metrics } = this.parts;
    const { contract, handler } = handlers.of(topic);
    const breaker = this.breakerOf(`${topic}/${partition}`);
    const read = readBatch(contract, records);
    const work = { tx, contract, handler, breaker, onRetry: () => metrics.retried(topic) };

    const startedAt = performance.now();
    const handled: Handled =
      mode === 'together' ? await handleTogether(work, read.readable) : await handleIsolated(work, read.readable);
    if (mode === 'together') breaker.succeeded(read.readable.length);
    metrics.handlerSeconds(topic, (performance.now() - startedAt) / 1_000);

    const deadLetters = [...read.deadLetters, ...handled.deadLetters];
    await writeDeadLetters(tx, service, deadLetters);
    return [
      ['duplicate', read.duplicates],
      ['unknown', read.unknown],
      ['outdated', read.outdated + handled.outdated],
      ['dead-letter', deadLetters.length],
      ['handled', read.readable.length - handled.outdated - handled.deadLetters.length],
    ];
  }

  /** One record outside its batch, for the replay of a dead letter: takes effect, or throws the reason why not. */
  async replay(tx: Transaction, record: LogRecord): Promise<{ refused: { code: string; detail: string } | null }> {
    const { contract, handler } = this.parts.handlers.of(record.topic);
    const read = readBatch(contract, [record]);
    const handled = await handleIsolated(
      { tx, contract, handler, breaker: new CircuitBreaker(), onRetry: () => undefined },
      read.readable,
    );
    const [failure] = [...read.deadLetters, ...handled.deadLetters];
    return { refused: failure ? { code: failure.code, detail: failure.detail } : null };
  }

  private breakerOf(place: string): CircuitBreaker {
    let breaker = this.breakers.get(place);
    if (!breaker) this.breakers.set(place, (breaker = new CircuitBreaker()));
    return breaker;
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof PositionLost || error instanceof ForeignLog || isTransient(error);
}
