import { CompressionTypes, type ICustomPartitioner, type Message, type Producer, type RecordMetadata } from 'kafkajs';
import { AppendIncomplete, KeylessRecord } from '../errors.js';
import { GroupCommit, type Waiting } from '../group-commit.js';
import type { NewRecord } from '../log.js';
import { partitionOf } from '../partitioner.js';
import type { Catalogue } from './catalogue.js';
import type { Names } from './names.js';
import { sizeOf, toMessage } from './records.js';

const SEND_RECORDS_MAX = 10_000;
/** What goes to one partition in one request is one batch there, and must stay below the topic's largest. */
const SEND_BYTES_MAX = 4 * 1024 * 1024;
const ALL_REPLICAS = -1;

/**
 * Sends what waits, one request at a time. After an error the producer is replaced. It would number the next records as those whose
 * answer was lost, and a broker that had taken them would drop the next ones as repeats, with success.
 *
 * When one of several brokers is lost, kafkajs repeats the request for those that have not answered yet. What the lost one led falls
 * to one that has, is never sent, and counts as done. So an append has succeeded only when each of its partitions was answered.
 */
export class Appender {
  readonly #groups = new GroupCommit(
    { recordsMax: SEND_RECORDS_MAX, bytesMax: SEND_BYTES_MAX, sizeOf },
    async (group) => {
      const checked = await Promise.all(group.map((waiting) => this.#check(waiting)));
      await this.#sendTogether(group.filter((_, at) => checked[at]));
    },
  );
  #producer: Producer | undefined;
  #isStale = false;
  /** Where the records that are being sent belong. */
  #places = new Set<string>();
  /** Of the group that is being sent. */
  #maySend = (): boolean => true;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly names: Names,
    private readonly createProducer: (partitioner: ICustomPartitioner, maySend: () => boolean) => Producer,
  ) {}

  append(records: readonly NewRecord[], mayStill?: () => boolean): Promise<void> {
    return this.#groups.append(records, mayStill);
  }

  /** The next request is made by a new producer, which knows all partitions there are by then. */
  renew(): void {
    this.#isStale = true;
  }

  /** Waits for the appends made until now. */
  async close(): Promise<void> {
    await this.#groups.drained();
    await this.#discard();
  }

  async #check({ records, reject }: Waiting): Promise<boolean> {
    try {
      for (const topic of new Set(records.map((record) => record.topic))) {
        const { isCompacted } = await this.catalogue.topic(topic);
        const isKeyless = isCompacted && records.some((record) => record.topic === topic && record.key === null);
        if (isKeyless) throw new KeylessRecord(topic);
      }
      return true;
    } catch (error) {
      reject(error);
      return false;
    }
  }

  /**
   * What the broker refuses of one caller must not fail the others, so that they are then sent one by one. What was taken in part is sent
   * once more: the brokers that are left lead all of it by then.
   */
  async #sendTogether(group: readonly Waiting[], isRepeat = false): Promise<void> {
    if (group.length === 0) return;
    this.#maySend = () => group.every((waiting) => waiting.mayStill());
    try {
      for (const chunk of inChunks(group.flatMap(({ records }) => records))) await this.#send(chunk);
      for (const { resolve } of group) resolve();
    } catch (error) {
      this.renew();
      if (error instanceof AppendIncomplete && !isRepeat) return this.#sendTogether(group, true);
      const isRefused = (error as { retriable?: boolean }).retriable === false;
      if (group.length === 1 || !isRefused) return group.forEach(({ reject }) => reject(error));
      for (const waiting of group) await this.#sendTogether([waiting]);
    }
  }

  async #send(records: readonly NewRecord[]): Promise<void> {
    if (this.#isStale) await this.#discard();
    this.#producer ??= await this.#connect();
    const messages = new Map<string, Message[]>();
    for (const record of records) {
      const topic = this.names.onCluster(record.topic);
      const list = messages.get(topic) ?? [];
      messages.set(topic, list);
      list.push(toMessage(record));
    }
    this.#places = new Set();
    const answers = await this.#producer.sendBatch({
      acks: ALL_REPLICAS,
      compression: CompressionTypes.GZIP,
      topicMessages: [...messages].map(([topic, list]) => ({ topic, messages: list })),
    });
    assertAnswered(this.#places, answers);
  }

  async #connect(): Promise<Producer> {
    const producer = this.createProducer(
      partitioner((place) => this.#places.add(place)),
      () => this.#maySend(),
    );
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    this.#isStale = false;
    await producer?.disconnect().catch(() => undefined);
  }
}

const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`;

function assertAnswered(places: ReadonlySet<string>, answers: readonly RecordMetadata[]): void {
  const answered = new Set(answers.map(({ topicName, partition }) => placeOf(topicName, partition)));
  const unanswered = [...places].filter((place) => !answered.has(place));
  if (unanswered.length > 0) throw new AppendIncomplete(unanswered);
}

/** Kafka's default for keys. Records without one go round; a repeated request must find each where it was, so that the choice is kept. */
const partitioner =
  (chose: (place: string) => void): ICustomPartitioner =>
  () => {
    const chosen = new WeakMap<object, number>();
    let turn = 0;
    const partitionFor = (message: Message, count: number): number => {
      if (message.key !== null && message.key !== undefined) return partitionOf(message.key.toString(), count);
      const choice = chosen.get(message) ?? turn++;
      chosen.set(message, choice);
      return choice % count;
    };
    return ({ topic, message, partitionMetadata }) => {
      const partition = partitionFor(message, partitionMetadata.length);
      chose(placeOf(topic, partition));
      return partition;
    };
  };

function* inChunks(records: readonly NewRecord[]): Generator<readonly NewRecord[]> {
  let start = 0;
  let bytes = 0;
  for (const [at, record] of records.entries()) {
    const size = sizeOf(record);
    if (at > start && (bytes + size > SEND_BYTES_MAX || at - start >= SEND_RECORDS_MAX)) {
      yield records.slice(start, at);
      start = at;
      bytes = 0;
    }
    bytes += size;
  }
  yield records.slice(start);
}
