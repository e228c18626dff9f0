import { EVENT_OUTCOMES, type EventOutcome, type MessagingMetrics, type Progress } from '@tessera/platform-messaging';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is so of this process alone, and may differ between replicas. */
export type OwnLevels = Readonly<{ paused: number; isRelayLeader: boolean }>;

/** One service's figures, each labelled with its name. Rates are counted as things happen, levels set from `Progress` at each scrape. */
export class Metrics implements MessagingMetrics {
  readonly registry = new Registry();
  private readonly events = this.counter('tessera_events_total', 'Events taken from the log', ['topic', 'outcome']);
  private readonly shared = this.counter('tessera_shared_numbers_total', 'Facts whose number another member has too', [
    'topic',
  ]);
  private readonly retries = this.counter('tessera_event_retries_total', 'Batches and events tried again', ['topic']);
  private readonly published = this.counter('tessera_outbox_published_total', 'Events published from the outbox', []);
  private readonly handling = this.histogram('tessera_handler_seconds', 'Time of one batch and its transaction', [
    'topic',
  ]);
  private readonly requests = this.histogram('tessera_http_request_seconds', 'HTTP requests', [
    'method',
    'route',
    'status',
  ]);
  private readonly levels = this.gauges();

  /** Counts over the topics it hears begin at 0: a rate over one that appears with its first event would miss that event. */
  constructor(service: string, topics: readonly string[] = []) {
    this.registry.setDefaultLabels({ service });
    for (const topic of topics) {
      this.retries.inc({ topic }, 0);
      for (const outcome of EVENT_OUTCOMES) this.events.inc({ topic, outcome }, 0);
    }
  }

  handled(topic: string, outcome: EventOutcome, count: number): void {
    this.events.inc({ topic, outcome }, count);
  }

  sharedNumbers(topic: string, count: number): void {
    this.shared.inc({ topic }, count);
  }

  handlerSeconds(topic: string, seconds: number): void {
    this.handling.observe({ topic }, seconds);
  }

  retried(topic: string): void {
    this.retries.inc({ topic });
  }

  relayed(count: number): void {
    this.published.inc(count);
  }

  /** `route` is the pattern, never the path: a path would make a series of each member. */
  answered(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status: String(status) }, seconds);
  }

  /** A counter of a service's own, `tessera_<service>_..._total`. */
  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** A level of a service's own, `tessera_<service>_...`, read at each scrape. */
  gauge<Label extends string>(
    name: string,
    help: string,
    { labelNames = [], read }: Readonly<{ labelNames?: readonly Label[]; read(gauge: Gauge<Label>): Promise<void> }>,
  ): Gauge<Label> {
    const labels = [...labelNames];
    return new Gauge<Label>({
      name,
      help,
      labelNames: labels,
      registers: [this.registry],
      async collect() {
        await read(this);
      },
    });
  }

  /** null for a service that neither hears nor publishes by itself. */
  setOwn(own: OwnLevels | null): void {
    const { paused, relayLeader } = this.levels;
    for (const gauge of [paused, relayLeader]) gauge.remove();
    if (!own) return;
    paused.set(own.paused);
    relayLeader.set(own.isRelayLeader ? 1 : 0);
  }

  /** null when the levels could not be read: they are then left out rather than shown as they were. */
  setLevels(progress: Progress | null): void {
    const { readable, paused: _paused, relayLeader: _leader, parked, parkedAge, topicLag, ...plain } = this.levels;
    for (const gauge of Object.values(plain)) gauge.remove();
    for (const gauge of [parked, parkedAge, topicLag]) gauge.reset();
    readable.set(progress ? 1 : 0);
    if (!progress) return;

    plain.lag.set(progress.lag);
    for (const [topic, lag] of Object.entries(progress.lagByTopic)) topicLag.set({ topic }, lag);
    plain.outbox.set(progress.outbox);
    plain.outboxAge.set(progress.outboxAgeSeconds);
    plain.deadLetters.set(progress.deadLetters);
    plain.work.set(progress.work);
    for (const { waitsFor, count, oldestAt } of progress.parked) {
      parked.set({ waits_for: waitsFor }, count);
      parkedAge.set(
        { waits_for: waitsFor },
        Math.max(0, (progress.exitsAppliedUntil.getTime() - oldestAt.getTime()) / 1_000),
      );
    }
  }

  private histogram<Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] });
  }

  private gauges() {
    const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> =>
      new Gauge({ name, help, labelNames, registers: [this.registry] });
    return {
      readable: gauge('tessera_levels_readable', '1 when the levels below could be read from database and log'),
      lag: gauge('tessera_lag_events', 'Events on the log that are still to be handled'),
      topicLag: gauge('tessera_topic_lag_events', 'The same for each topic', ['topic']),
      outbox: gauge('tessera_outbox_events', 'Events written but not yet on the log'),
      outboxAge: gauge('tessera_outbox_age_seconds', 'Age of the oldest event that is not on the log yet'),
      deadLetters: gauge('tessera_dead_letters', 'Dead letters that wait for an operator'),
      work: gauge('tessera_work_members', 'Members still to be looked at for a due instant or a new program'),
      paused: gauge('tessera_paused_partitions', 'Partitions that wait for an operator, of this process'),
      relayLeader: gauge('tessera_relay_leader', '1 where this process publishes the outbox of its service'),
      parked: gauge('tessera_parked_facts', 'Facts that wait for another', ['waits_for']),
      parkedAge: gauge('tessera_parked_age_seconds', 'Age of the oldest parked fact', ['waits_for']),
    };
  }
}
