import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { UnknownTopic } from '../errors.js';
import type { TopicSpec } from '../log.js';
import { connectedAdmin } from './client.js';
import { Names } from './names.js';
import { defaults, type KafkaLogOptions } from './options.js';
import { topicSettings } from './topic-settings.js';

export type TopicChange = Readonly<{
  topic: string;
  kind: 'create' | 'grow' | 'set';
  /** Partitions before and after; settings by Kafka's names, before and after. */
  changes: readonly Readonly<{ what: string; from: string | null; to: string }>[];
}>;

/** `ConfigResourceTypes.TOPIC` and `ConfigSource.TOPIC_CONFIG`, which kafkajs does not export to ES modules. */
const TOPIC_RESOURCE = 2;
const SET_ON_THE_TOPIC = 1;

const APPEAR_MS_MAX = 30_000;
const POLL_MS = 100;

type Found = Readonly<{ partitions: number; settings: ReadonlyMap<string, string>; own: ReadonlyMap<string, string> }>;

/** Brings the topics of a cluster to what they should be, and says before what that takes. Never deletes, never shrinks. */
export class KafkaTopics {
  private constructor(
    private readonly admin: Admin,
    private readonly names: Names,
    private readonly replicationFactor: number,
  ) {}

  /** Rejects with KafkaUnreachable when no broker can be used. */
  static async open(options: KafkaLogOptions): Promise<KafkaTopics> {
    const settings = { ...defaults, ...options };
    return new KafkaTopics(await connectedAdmin(settings), new Names(settings.namespace), settings.replicationFactor);
  }

  async plan(specs: readonly TopicSpec[]): Promise<readonly TopicChange[]> {
    const found = await this.#find(specs.map(({ topic }) => topic));
    return specs.flatMap((spec) => changesTo(spec, found.get(spec.topic)));
  }

  /** Other settings that somebody made on a topic are kept. */
  async apply(specs: readonly TopicSpec[], changes: readonly TopicChange[]): Promise<void> {
    const specOf = new Map(specs.map((spec) => [spec.topic, spec]));
    for (const { topic, kind } of changes) {
      const spec = specOf.get(topic);
      if (spec) await this.#change(spec, kind);
    }
    const planned = new Set(changes.map(({ topic }) => topic));
    await this.#appear(specs.filter(({ topic }) => planned.has(topic)));
  }

  close(): Promise<void> {
    return this.admin.disconnect();
  }

  /** The controller knows a new topic a moment before the brokers that are asked for it. */
  async #appear(specs: readonly TopicSpec[]): Promise<void> {
    for (const deadline = Date.now() + APPEAR_MS_MAX; Date.now() < deadline; await sleep(POLL_MS)) {
      const plan = await this.plan(specs).catch(() => undefined);
      if (plan?.every(({ kind }) => kind !== 'create')) return;
    }
    throw new UnknownTopic(specs.map(({ topic }) => topic).join(', '));
  }

  async #change(spec: TopicSpec, kind: TopicChange['kind']): Promise<void> {
    const name = this.names.onCluster(spec.topic);
    if (kind === 'create') {
      const topic = { topic: name, numPartitions: spec.partitions, replicationFactor: this.replicationFactor };
      const topics = [{ ...topic, configEntries: entries(topicSettings(spec)) }];
      await this.admin.createTopics({ topics, waitForLeaders: false });
    } else if (kind === 'grow') {
      await this.admin.createPartitions({ topicPartitions: [{ topic: name, count: spec.partitions }] });
    } else {
      const own = (await this.#find([spec.topic])).get(spec.topic)?.own ?? new Map<string, string>();
      // What is not named here would go back to the cluster's default.
      const configEntries = entries({ ...Object.fromEntries(own), ...topicSettings(spec) });
      await this.admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: TOPIC_RESOURCE, name, configEntries }],
      });
    }
  }

  async #find(topics: readonly string[]): Promise<ReadonlyMap<string, Found>> {
    const existing = new Set(await this.admin.listTopics());
    const present = topics.map((topic) => this.names.onCluster(topic)).filter((name) => existing.has(name));
    if (present.length === 0) return new Map();
    const [{ topics: metadata }, { resources }] = await Promise.all([
      this.admin.fetchTopicMetadata({ topics: present }),
      this.admin.describeConfigs({
        includeSynonyms: false,
        resources: present.map((name) => ({ type: TOPIC_RESOURCE, name })),
      }),
    ]);
    const partitions = new Map(metadata.map(({ name, partitions: list }) => [name, list.length]));
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        this.names.ours(resourceName),
        {
          partitions: partitions.get(resourceName) ?? 0,
          settings: new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
          own: new Map(
            configEntries
              .filter(({ configSource }) => Number(configSource) === SET_ON_THE_TOPIC)
              .map(({ configName, configValue }) => [configName, configValue]),
          ),
        },
      ]),
    );
  }
}

function changesTo(spec: TopicSpec, found: Found | undefined): TopicChange[] {
  const { topic, partitions } = spec;
  const wanted = Object.entries(topicSettings(spec));
  if (!found) {
    const settings = wanted.map(([what, to]) => ({ what, from: null, to }));
    return [
      { topic, kind: 'create', changes: [{ what: 'partitions', from: null, to: String(partitions) }, ...settings] },
    ];
  }
  const changes: TopicChange[] = [];
  if (found.partitions < partitions) {
    const change = { what: 'partitions', from: String(found.partitions), to: String(partitions) };
    changes.push({ topic, kind: 'grow', changes: [change] });
  }
  const differing = wanted
    .filter(([name, value]) => found.settings.get(name) !== value)
    .map(([what, to]) => ({ what, from: found.settings.get(what) ?? null, to }));
  if (differing.length > 0) changes.push({ topic, kind: 'set', changes: differing });
  return changes;
}

const entries = (settings: Readonly<Record<string, string>>): { name: string; value: string }[] =>
  Object.entries(settings).map(([name, value]) => ({ name, value }));
