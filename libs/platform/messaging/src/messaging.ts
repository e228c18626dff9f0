import type { ServiceName } from '@tessera/contracts';
import type { Log } from '@tessera/platform-bus';
import type { DataSource } from 'typeorm';
import { BatchConsumer } from './consumer/consume-batch.js';
import { LogAdoption } from './consumer/adopt-log.js';
import { Handlers } from './consumer/handlers.js';
import { DeadLetters } from './dead-letters/dead-letters.js';
import { LogTransport } from './log-transport.js';
import type { MessagingLogger } from './logger.js';
import type { MessagingMetrics } from './metrics.js';
import { ReadProgress } from './progress.js';
import { RefreshLoop } from './refresh-loop.js';
import type { ParkedFacts, SubjectRefresh, UnfinishedWork } from './refresh.js';
import { Relay } from './relay/relay.js';
import type { Subjects } from './subjects.js';

export type MessagingOptions = Readonly<{
  service: ServiceName;
  log: Log;
  dataSource: DataSource;
  databaseUrl: string;
  subjects: Subjects;
  /** null for a service on which time alone changes nothing. */
  refresh: SubjectRefresh | null;
  /** null for a service that parks nothing. */
  parked: ParkedFacts | null;
  /** Left out by a service whose work is all done by refreshing. */
  unfinished?: UnfinishedWork | null;
  metrics: MessagingMetrics;
  logger: MessagingLogger;
  /** How long a relay that died without a word keeps others from publishing. */
  relayLeaseMs?: number;
  /** Most records handed to a handler at once. */
  recordsMax?: number;
}>;

const RELAY_LEASE_MS = 6_000;

/** All that one service's messaging consists of, put together in one place. Nothing runs before `start`. */
export class Messaging {
  readonly handlers = new Handlers();
  readonly consumer: BatchConsumer;
  readonly transport: LogTransport;
  readonly deadLetters: DeadLetters;
  readonly progress: ReadProgress;
  readonly adoption: LogAdoption;
  readonly refreshLoop: RefreshLoop | null;
  private readonly relay: Relay;

  constructor(options: MessagingOptions) {
    const { service, log, dataSource, databaseUrl, subjects, refresh, parked, metrics, logger } = options;
    this.consumer = new BatchConsumer({
      service,
      dataSource,
      handlers: this.handlers,
      log,
      metrics,
      logger,
    });
    this.transport = new LogTransport({
      service,
      log,
      handlers: this.handlers,
      consumer: this.consumer,
      ...(options.recordsMax ? { recordsMax: options.recordsMax } : {}),
    });
    this.deadLetters = new DeadLetters({ dataSource, consumer: this.consumer, log });
    this.progress = new ReadProgress({
      service,
      dataSource,
      log,
      topics: () => this.handlers.topics,
      parked,
      unfinished: options.unfinished ?? null,
    });
    this.adoption = new LogAdoption(dataSource, log);
    this.refreshLoop = refresh ? new RefreshLoop({ dataSource, subjects, refresh, logger }) : null;
    this.relay = new Relay({
      dataSource,
      databaseUrl,
      log,
      metrics,
      logger,
      leaseMs: options.relayLeaseMs ?? RELAY_LEASE_MS,
    });
  }

  /** Starts what runs by itself; consuming is started by Nest, through the transport. */
  start(): void {
    this.relay.start();
    this.refreshLoop?.start();
  }

  /** To be called when the transport is closed: what the last batches wrote is still published if the log takes it. */
  async stop(): Promise<void> {
    await this.refreshLoop?.stop();
    await this.relay.stop();
  }
}
