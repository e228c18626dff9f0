import type { ServiceName } from '@tessera/contracts';
import type { Log } from '@tessera/platform-bus';
import type { Tracing } from '@tessera/platform-tracing';
import type { DataSource } from 'typeorm';
import { BatchConsumer } from './consumer/consume-batch.js';
import { LogAdoption } from './consumer/adopt-log.js';
import { Handlers } from './consumer/handlers.js';
import { DeadLetters } from './dead-letters/dead-letters.js';
import { type Failpoints, NO_FAILPOINTS } from './failpoints.js';
import { LogTransport } from './log-transport.js';
import type { MessagingLogger } from './logger.js';
import type { MessagingMetrics } from './metrics.js';
import { ReadProgress } from './progress.js';
import { RefreshLoop } from './refresh-loop.js';
import type { ParkedFacts, SubjectRefresh, UnfinishedWork } from './refresh.js';
import { Relay } from './relay/relay.js';
import type { Subjects } from './subjects.js';
import { KnownLog } from './upkeep/known-log.js';
import type { UpkeepPhase } from './upkeep/phase.js';
import type { OwnStates, Rebuildable } from './upkeep/ports.js';
import { Upkeep } from './upkeep/upkeep.js';
import { UpkeepLoop } from './upkeep/upkeep-loop.js';

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
  /** null for a service that is of record. */
  rebuildable?: Rebuildable | null;
  /** Left out by a service that nothing it published keeps from doing anything. */
  ownStates?: OwnStates | null;
  /** Topics that it publishes. */
  produces: readonly string[];
  metrics: MessagingMetrics;
  logger: MessagingLogger;
  /** How long a relay that died without a word keeps others from publishing. */
  relayLeaseMs?: number;
  /** Most records handed to a handler at once. */
  recordsMax?: number;
  /** The same of single topics. */
  recordsMaxOf?: Readonly<Record<string, number>>;
  failpoints?: Failpoints;
  tracing?: Tracing;
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
  readonly upkeep: Upkeep;
  readonly upkeepLoop: UpkeepLoop;
  private readonly relay: Relay;
  private isStopping = false;

  constructor(private readonly options: MessagingOptions) {
    const { service, log, dataSource, databaseUrl, subjects, refresh, parked, metrics, logger, tracing } = options;
    const { failpoints = NO_FAILPOINTS } = options;
    this.consumer = this.consumerFor();
    this.transport = new LogTransport({
      service,
      log,
      handlers: this.handlers,
      consumer: this.consumer,
      ...(options.recordsMax && { recordsMax: options.recordsMax }),
      ...(options.recordsMaxOf && { recordsMaxOf: options.recordsMaxOf }),
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
    this.upkeep = new Upkeep({
      ...options,
      rebuildable: options.rebuildable ?? null,
      ownStates: options.ownStates ?? null,
      topics: () => this.handlers.topics,
      consumerFor: (phase) => this.consumerFor(phase),
    });
    const knownLog = new KnownLog(dataSource, log);
    this.upkeepLoop = new UpkeepLoop({ dataSource, logger, subjects, knownLog, upkeep: this.upkeep });
    this.relay = new Relay({
      dataSource,
      databaseUrl,
      log,
      metrics,
      logger,
      failpoints,
      leaseMs: options.relayLeaseMs ?? RELAY_LEASE_MS,
      ...(tracing && { tracing }),
    });
  }

  /** Before anything runs: is this our log, and does it hold nothing of ours that this database has forgotten? */
  prepare(): Promise<void> {
    return this.upkeepLoop.prepare();
  }

  /** Whether it is this process that publishes the service's outbox. */
  get isRelayLeader(): boolean {
    return this.relay.isLeader;
  }

  /** Starts what runs by itself; consuming is started by Nest, through the transport. */
  start(): void {
    this.upkeepLoop.whenOnOwnLog(() => {
      if (this.isStopping) return;
      this.relay.start();
      this.refreshLoop?.start();
    });
  }

  /** To be called when the transport is closed: what the last batches wrote is still published if the log takes it. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.refreshLoop?.stop();
    await this.relay.stop();
  }

  /** A rebuild is untraced: it would write all that is on the log into traces that ended long ago. */
  private consumerFor(phase?: UpkeepPhase): BatchConsumer {
    const { service, dataSource, log, metrics, logger, tracing, failpoints = NO_FAILPOINTS } = this.options;
    const parts = { service, dataSource, handlers: this.handlers, log, metrics, logger, failpoints };
    return new BatchConsumer({ ...parts, ...(phase ? { phase } : tracing && { tracing }) });
  }
}
