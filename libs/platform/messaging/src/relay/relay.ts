import type { Headers, Log, NewRecord } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import { Tracing } from '@tessera/platform-tracing';
import type { DataSource } from 'typeorm';
import type { Failpoints } from '../failpoints.js';
import type { MessagingLogger } from '../logger.js';
import type { MessagingMetrics } from '../metrics.js';
import { traceAppend } from '../tracing/trace-append.js';
import { Wakeup } from '../wakeup.js';
import { Lease } from './lease.js';
import { listen, type Listening } from './listen.js';

const ROWS_MAX = 2_000;
const BYTES_MAX = 4 * 1024 * 1024;
const POLL_MS = 1_000;
const BACK_OFF_MS = 500;
/** For what is left when it stops. */
const LAST_WORDS_MS = 2_000;

type Row = { position: number; topic: string; key: string | null; headers: Headers; value: Buffer | null };

type Parts = Readonly<{
  dataSource: DataSource;
  databaseUrl: string;
  log: Log;
  metrics: MessagingMetrics;
  logger: MessagingLogger;
  failpoints: Failpoints;
  leaseMs: number;
  tracing?: Tracing;
}>;

/**
 * Publishes the outbox, in the order of its positions among the rows that are there. It never remembers a position: a
 * transaction may commit a lower one later. Rows go only after the log has taken them, so it may die at any point and repeat.
 */
export class Relay {
  private readonly lease: Lease;
  private readonly wakeup = new Wakeup();
  private running: Promise<void> | null = null;
  private stopping = false;
  /** Whether the last turn failed. */
  private isTroubled = false;
  private listening: Listening | null = null;

  constructor(private readonly parts: Parts) {
    this.lease = new Lease(parts.dataSource, parts.leaseMs);
  }

  get isLeader(): boolean {
    return this.lease.isHeld;
  }

  start(): void {
    this.listening = listen(this.parts.databaseUrl, () => this.wakeup.wake(), this.parts.logger);
    this.running = this.run();
  }

  /** Publishes what is there, if it can for the moment, and hands the lease on at once. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeup.wake();
    await this.running;
    // One that was never started stands before a log that is not its own.
    if (this.running && !this.isTroubled) await this.lastWords();
    await this.listening?.close();
    await this.lease.release().catch(() => undefined);
  }

  /** If its database is set back to an earlier state meanwhile, the log still knows what was done. */
  private async lastWords(): Promise<void> {
    const giveUpAt = performance.now() + LAST_WORDS_MS;
    try {
      while (performance.now() < giveUpAt && (await this.publishSome()) > 0);
    } catch (error) {
      this.parts.logger.warn({ err: error }, 'what is left in the outbox is for the next relay to publish');
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const published = await this.publishSome();
        this.isTroubled = false;
        if (published === 0) await this.wakeup.sleep(Math.min(POLL_MS, this.parts.leaseMs / 3));
      } catch (error) {
        this.isTroubled = true;
        this.lease.forget();
        this.parts.logger.warn({ err: error }, 'relay will try again');
        await this.wakeup.sleep(BACK_OFF_MS);
      }
    }
  }

  private async publishSome(): Promise<number> {
    const epoch = await this.lease.lead();
    if (epoch === null) return 0;

    const { dataSource, log, metrics, failpoints, tracing = Tracing.off } = this.parts;
    const found = await rows<Row>(
      dataSource.manager,
      'SELECT position, topic, key, headers, value FROM outbox ORDER BY position LIMIT $1',
      [ROWS_MAX],
    );
    const batch = withinBytes(found);
    if (batch.length === 0) return 0;

    const records = batch.map(toRecord);
    failpoints.reached('relay.before-append', { count: batch.length });
    const mayStill = (): boolean => this.lease.isCurrent(epoch);
    if (!mayStill()) {
      // Another may have published these rows meanwhile, and newer ones behind them.
      this.lease.forget();
      return 0;
    }
    await this.lease.during(() => traceAppend(tracing, records, () => log.append(records, mayStill)));
    failpoints.reached('relay.after-ack', { count: batch.length });
    const removed = await rows(
      dataSource.manager,
      `DELETE FROM outbox WHERE position = ANY ($1::bigint[])
         AND EXISTS (SELECT FROM relay_lease WHERE epoch = $2) RETURNING position`,
      [batch.map(({ position }) => position), epoch],
    );
    if (removed.length < batch.length) this.lease.forget();
    metrics.relayed(removed.length);
    return batch.length;
  }
}

const toRecord = ({ topic, key, headers, value }: Row): NewRecord => ({ topic, key, headers, value });

/** The longest beginning that fits; at least one row, however large. */
function withinBytes(found: readonly Row[]): readonly Row[] {
  let bytes = 0;
  const end = found.findIndex(({ value }) => (bytes += value?.length ?? 0) > BYTES_MAX);
  return end === -1 ? found : found.slice(0, Math.max(1, end));
}
