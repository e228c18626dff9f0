import type { ServiceName } from '@tessera/contracts';
import type { BatchOutcome, Log, LogRecord, Position, RecordBatch } from '@tessera/platform-bus';
import { isStatementTimeout, isTransient, type Transaction } from '@tessera/platform-database';
import { Tracing } from '@tessera/platform-tracing';
import type { DataSource } from 'typeorm';
import type { DeadLetter } from '../dead-letters/dead-letter.js';
import { writeDeadLetters } from '../dead-letters/write-dead-letters.js';
import { ForeignLog } from '../errors.js';
import type { Failpoint, Failpoints } from '../failpoints.js';
import { ServiceInUpkeep } from '../upkeep/errors.js';
import { withoutKnown } from '../upkeep/known-letters.js';
import type { UpkeepPhase } from '../upkeep/phase.js';
import type { MessagingLogger } from '../logger.js';
import type { EventOutcome, MessagingMetrics } from '../metrics.js';
import { type BatchTrace, traceBatch } from '../tracing/trace-batch.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { handleIsolated, handleTogether, type Handled, PartitionPaused } from './handle-events.js';
import type { Handlers } from './handlers.js';
import { movePosition, positionsOn, takePosition } from './position.js';
import { readBatch } from './read-batch.js';

const TRANSIENT_RETRY_MS = 500;
const PAUSED_RETRY_MS = 15_000;
const FOREIGN_LOG_RETRY_MS = 60_000;
const UPKEEP_RETRY_MS = 1_000;

type Parts = Readonly<{
  service: ServiceName;
  dataSource: DataSource;
  handlers: Handlers;
  log: Pick<Log, 'clusterId' | 'offsets'>;
  metrics: MessagingMetrics;
  logger: MessagingLogger;
  failpoints: Failpoints;
  tracing?: Tracing;
  pausedRetryMs?: number;
  /** As what it takes part in a rebuild or restore; left out by the consumer of everyday life, which waits meanwhile. */
  phase?: UpkeepPhase;
}>;

type Mode = 'together' | 'isolated';
type Counts = readonly (readonly [EventOutcome, number])[];
type Effect = Readonly<{ counts: Counts; sharedNumbers: number; deadLetters: readonly DeadLetter[] }>;
type Consumed = Effect & Readonly<{ outcome: BatchOutcome }>;

const NO_EFFECT: Effect = { counts: [], sharedNumbers: 0, deadLetters: [] };

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

  /** Where this database stands on the log that is reached now. */
  async positions(): Promise<Position[]> {
    return positionsOn(this.parts.dataSource.manager, await this.parts.log.clusterId());
  }

  async consume(batch: RecordBatch): Promise<BatchOutcome> {
    const place = `${batch.topic}/${batch.partition}`;
    const sought = this.sought.get(place);
    this.sought.delete(place);
    try {
      const consumed = await this.attempt(batch, sought, 'together').catch(async (error: unknown) => {
        if (isPassing(error) && !isStatementTimeout(error)) throw error;
        this.parts.metrics.retried(batch.topic);
        return this.attempt(batch, sought, 'isolated');
      });
      if (consumed.counts.length > 0) this.reached('consumer.after-commit', batch);
      this.pausedPartitions.delete(place);
      this.tell(batch.topic, consumed);
      return consumed.outcome;
    } catch (error) {
      if (!(error instanceof ServiceInUpkeep)) this.parts.metrics.retried(batch.topic);
      return this.retryLater(place, error);
    }
  }

  /** Of a batch that only passes a hole there is nothing to lose. */
  private reached(point: Failpoint, { topic, partition, records }: RecordBatch): void {
    const last = records.at(-1)?.offset;
    if (last === undefined) return;
    this.parts.failpoints.reached(point, { topic, partition, last, count: records.length });
  }

  /** Only what is committed is counted and logged. */
  private tell(topic: string, { counts, sharedNumbers, deadLetters }: Effect): void {
    const { metrics, logger } = this.parts;
    for (const [what, count] of counts) metrics.handled(topic, what, count);
    metrics.sharedNumbers(topic, sharedNumbers);
    for (const { record, code, detail } of deadLetters) {
      const origin = `${record.topic}/${record.partition}/${record.offset}`;
      logger.warn({ eventId: record.headers['ce_id'], memberId: record.key, origin, code, detail }, 'dead letter');
    }
  }

  private retryLater(place: string, error: unknown): BatchOutcome {
    const { logger, pausedRetryMs = PAUSED_RETRY_MS } = this.parts;
    if (error instanceof PositionLost) return { kind: 'retry', afterMs: 0 };
    if (error instanceof ServiceInUpkeep) return { kind: 'retry', afterMs: UPKEEP_RETRY_MS };
    if (error instanceof PartitionPaused || error instanceof ForeignLog) {
      this.pausedPartitions.set(place, error.message);
      this.breakers.get(place)?.reset();
      logger.error({ partition: place, err: error }, 'partition paused: mend the cause, it is then tried again');
      return { kind: 'retry', afterMs: error instanceof ForeignLog ? FOREIGN_LOG_RETRY_MS : pausedRetryMs };
    }
    logger.warn({ partition: place, err: error }, 'batch will be tried again');
    return { kind: 'retry', afterMs: TRANSIENT_RETRY_MS };
  }

  private attempt(batch: RecordBatch, sought: number | undefined, mode: Mode): Promise<Consumed> {
    const { service, tracing = Tracing.off } = this.parts;
    return traceBatch(tracing, service, batch, (traced) => this.inTransaction(batch, sought, mode, traced));
  }

  private async inTransaction(
    batch: RecordBatch,
    sought: number | undefined,
    mode: Mode,
    traced: BatchTrace,
  ): Promise<Consumed> {
    const clusterId = await this.parts.log.clusterId();
    return this.parts.dataSource.transaction(async (tx) => {
      const next = await takePosition(tx, batch, clusterId, this.parts.phase ?? null);
      if (batch.next <= next) return { ...NO_EFFECT, outcome: await this.afterRepeat(tx, batch, next) };

      if (this.mustSeek(batch, next, sought)) return { ...NO_EFFECT, outcome: { kind: 'seek', next } };

      const fresh = batch.records.filter(({ offset }) => offset >= next);
      const effect = fresh.length > 0 ? await this.takeEffect(tx, batch, fresh, mode, traced) : NO_EFFECT;
      this.reached('consumer.in-transaction', batch);
      if (!(await movePosition(tx, batch, next, batch.next))) throw new PositionLost();
      this.reached('consumer.at-commit', batch);
      return { ...effect, outcome: { kind: 'done', next: batch.next } };
    });
  }

  /**
   * All of it was handled before. If the log ends below our position it has lost its end: what it will hold there is new, and
   * would be taken for a repeat, so the position starts over; identity knows what comes again.
   */
  private async afterRepeat(tx: Transaction, batch: RecordBatch, next: number): Promise<BatchOutcome> {
    const ends = await this.parts.log.offsets([batch.topic]);
    const end = ends.find(({ partition }) => partition === batch.partition)?.end ?? next;
    if (end >= next) return { kind: 'done', next };

    const partition = `${batch.topic}/${batch.partition}`;
    this.parts.logger.error({ partition, position: next, end }, 'the log ends below our position: starting over');
    if (!(await movePosition(tx, batch, next, 0))) throw new PositionLost();
    return { kind: 'seek', next: 0 };
  }

  /**
   * A batch that starts above the position is asked for again from there. Only the batch that comes right after may start above
   * it still: what the log gave then is next, and the hole is the log's own.
   */
  private mustSeek(batch: RecordBatch, next: number, soughtJustBefore: number | undefined): boolean {
    const place = `${batch.topic}/${batch.partition}`;
    if (batch.from <= next) return false;
    if (soughtJustBefore === next) {
      this.parts.logger.warn({ partition: place, from: next, to: batch.from }, 'the log has a hole here');
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
    traced: BatchTrace,
  ): Promise<Effect> {
    const { service, handlers, metrics } = this.parts;
    const { contract, handler } = handlers.of(topic);
    const breaker = this.breakerOf(`${topic}/${partition}`);
    const read = readBatch(contract, records);
    const work = { tx, contract, handler, breaker, onRetry: () => metrics.retried(topic) };

    const startedAt = performance.now();
    const handle = mode === 'together' ? handleTogether : handleIsolated;
    const handled: Handled = await traced.handling(contract, read.items, () => handle(work, read.items));
    if (mode === 'together') breaker.succeeded(read.items.length);
    metrics.handlerSeconds(topic, (performance.now() - startedAt) / 1_000);

    const failed = [...read.deadLetters, ...handled.deadLetters];
    const deadLetters = this.parts.phase === 'replaying' ? await withoutKnown(tx, failed) : failed;
    await writeDeadLetters(tx, service, deadLetters);
    const counts: Counts = [
      ['duplicate', read.duplicates],
      ['unknown', read.unknown],
      ['outdated', read.outdated + handled.outdated],
      ['dead-letter', deadLetters.length],
      ['handled', read.items.length - handled.outdated - handled.deadLetters.length],
    ];
    return { counts, sharedNumbers: handled.sharedNumbers, deadLetters };
  }

  /** One record outside its batch, for the replay of a dead letter: takes effect, or throws the reason why not. */
  async replay(tx: Transaction, record: LogRecord): Promise<{ refused: { code: string; detail: string } | null }> {
    const { contract, handler } = this.parts.handlers.of(record.topic);
    const read = readBatch(contract, [record]);
    const handled = await handleIsolated(
      { tx, contract, handler, breaker: new CircuitBreaker(), onRetry: () => undefined },
      read.items,
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
  return (
    error instanceof PositionLost ||
    error instanceof ForeignLog ||
    error instanceof ServiceInUpkeep ||
    isTransient(error)
  );
}
