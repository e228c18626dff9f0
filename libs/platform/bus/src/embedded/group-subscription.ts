import type { Subscription, SubscriptionOptions } from '../log.js';
import type { Catalogue, Partition } from './catalogue.js';
import type { Report } from '../every.js';
import { Lane } from '../lane.js';
import { Source, type SourceContext } from './source.js';

export type GroupContext = Readonly<{
  source: Omit<SourceContext, 'recordsMax'>;
  /** Where the group stood when it subscribed. */
  startOf(partition: Partition): number;
  report: Report;
  /** Called once, after the last batch has ended. */
  left(): Promise<void>;
}>;

/** One group's subscription: a lane for each partition number, new partitions joining as they appear. */
export class GroupSubscription implements Subscription {
  readonly #lanes = new Map<number, Lane>();
  readonly #joined = new Set<number>();
  readonly #forget: () => void;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly options: SubscriptionOptions,
    private readonly catalogue: Catalogue,
    private readonly context: GroupContext,
  ) {
    this.#forget = catalogue.onGrowth(() => this.#notice());
    this.#notice();
  }

  isConsuming(): boolean {
    return this.#closed === undefined;
  }

  /** Must not be awaited by the subscription's own `onBatch`, for whose end it waits. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#forget();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
    await this.context.left();
  }

  #notice(): void {
    for (const topic of this.options.topics) {
      for (const partition of this.catalogue.known(topic)?.partitions ?? []) {
        if (!this.#joined.has(partition.id)) this.#join(partition);
      }
    }
    for (const lane of this.#lanes.values()) lane.wake();
  }

  #join(partition: Partition): void {
    this.#joined.add(partition.id);
    const lane = this.#lanes.get(partition.partition) ?? new Lane(this.options.onBatch, this.context.report);
    this.#lanes.set(partition.partition, lane);
    const recordsMax = this.options.recordsMaxOf?.[partition.topic] ?? this.options.recordsMax;
    lane.add(new Source(partition, this.context.startOf(partition), { ...this.context.source, recordsMax }));
  }
}
