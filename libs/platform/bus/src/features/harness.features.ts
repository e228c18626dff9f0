import { randomUUID } from 'node:crypto';
import type {
  BatchOutcome,
  Log,
  LogRecord,
  NewRecord,
  PartitionOffsets,
  RecordBatch,
  Subscription,
  SubscriptionOptions,
  TopicSpec,
} from '../log.js';

/** What an adapter gives to be judged. */
export type BusHarness = Readonly<{
  log: Log;
  /** Closes the log and opens it again on the same data, as a restarted process would. */
  reopen(): Promise<Log>;
  dispose(): Promise<void>;
}>;

export type BusFeatureOptions = Readonly<{
  open(): Promise<BusHarness>;
  /** Makes the log compact what it can, tombstones without grace; left out where a log cannot be told to. */
  compact?(log: Log, topic: string): Promise<void>;
}>;

/** Suites share one log, so each test names topics and groups of its own. */
export type Suite = Readonly<{ log(): Log; reopen(): Promise<Log> }>;

export const unique = (name: string): string => `${name}-${randomUUID()}`;

export async function aTopic(log: Log, spec: Partial<TopicSpec> = {}): Promise<string> {
  const topic = unique('topic');
  await log.ensureTopics([{ topic, partitions: 1, cleanup: 'delete', retentionMs: null, ...spec }]);
  return topic;
}

export const aRecord = (topic: string, key: string | null, value: string | Buffer | null): NewRecord => ({
  topic,
  key,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  headers: {},
});

export const textOf = ({ value }: LogRecord): string | null => value && value.toString();

export const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

export const doneWith = ({ next }: RecordBatch): BatchOutcome => ({ kind: 'done', next });

/** Where the only partition of a topic begins and ends. */
export async function boundsOf(log: Log, topic: string): Promise<PartitionOffsets> {
  return (await log.offsets([topic]))[0]!;
}

/** Polls until the condition holds; a deadline turns what never comes into a failure that says what it was. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited 30 s in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A promise and the means to keep it. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

export type Collector = Subscription & Readonly<{ records: LogRecord[]; batches: RecordBatch[] }>;

/** Subscribes and keeps what it was handed, in that order. Unless told otherwise every batch is done with. */
export async function collect(
  log: Log,
  topics: readonly string[],
  options: {
    group?: string;
    recordsMax?: number;
    recordsMaxOf?: Readonly<Record<string, number>>;
    bytesMax?: number;
    positions?: SubscriptionOptions['positions'];
    onBatch?(batch: RecordBatch): Promise<BatchOutcome> | BatchOutcome;
  } = {},
): Promise<Collector> {
  const { group = unique('group'), recordsMax = 1_000, recordsMaxOf = {}, bytesMax = 10_000_000 } = options;
  const { onBatch = doneWith, positions } = options;
  const records: LogRecord[] = [];
  const batches: RecordBatch[] = [];
  const subscription = await log.subscribe({
    group,
    topics,
    recordsMax,
    recordsMaxOf,
    bytesMax,
    ...(positions && { positions }),
    onBatch: async (batch) => {
      batches.push(batch);
      for (const record of batch.records) records.push(record);
      return onBatch(batch);
    },
  });
  return { records, batches, isConsuming: () => subscription.isConsuming(), close: () => subscription.close() };
}

/** At-least-once: repeats are allowed, so order is judged on the first time each record was handed. */
export function firstTimes(records: readonly LogRecord[]): LogRecord[] {
  const seen = new Set<string>();
  return records.filter(({ topic, partition, offset }) => {
    const name = `${topic}/${partition}/${offset}`;
    return !seen.has(name) && seen.add(name);
  });
}

/** For each partition number a key that goes there. */
export async function aKeyPerPartition(log: Log, partitions: number): Promise<string[]> {
  const topic = await aTopic(log, { partitions });
  await log.append(range(partitions * 50).map((n) => aRecord(topic, `key-${n}`, '')));
  const firsts = await Promise.all(
    range(partitions).map((partition) => log.read({ topic, partition, offset: 0, limit: 1 })),
  );
  return firsts.map(([record]) => record!.key!);
}
