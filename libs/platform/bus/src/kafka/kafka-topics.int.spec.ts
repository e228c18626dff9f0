import { Kafka, logLevel } from 'kafkajs';
import { unique } from '../features/harness.features.js';
import type { TopicSpec } from '../log.js';
import { KafkaTopics } from './kafka-topics.js';

const brokers = process.env['TESSERA_TEST_KAFKA'];
const suite = brokers || process.env['CI'] === 'true' ? describe : describe.skip;

suite('KafkaTopics', () => {
  const addresses = (brokers ?? '').split(',');
  let topics: KafkaTopics;

  beforeAll(async () => {
    topics = await KafkaTopics.open({ brokers: addresses, clientId: 'tessera-test', namespace: unique('n') });
  });
  afterAll(() => topics?.close());

  const spec = (topic: string, rest: Partial<TopicSpec> = {}): TopicSpec => ({
    topic,
    partitions: 2,
    cleanup: 'delete',
    retentionMs: null,
    ...rest,
  });
  const kindsOf = async (specs: readonly TopicSpec[]) =>
    (await topics.plan(specs)).map(({ topic, kind }) => `${kind} ${topic}`);

  it('makes what is missing, and then finds nothing to do', async () => {
    const specs = [spec('a'), spec('b', { cleanup: 'compact' })];
    const plan = await topics.plan(specs);
    expect(plan.map(({ kind }) => kind)).toEqual(['create', 'create']);
    expect(plan[0]?.changes[0]).toEqual({ what: 'partitions', from: null, to: '2' });

    await topics.apply(specs, plan);

    expect(await kindsOf(specs)).toEqual([]);
  });

  it('mends settings and adds partitions, and keeps settings that are none of its own', async () => {
    const before = [spec('c')];
    await topics.apply(before, await topics.plan(before));
    const after = [spec('c', { partitions: 3, retentionMs: 86_400_000 })];
    const plan = await topics.plan(after);
    expect(plan).toEqual([
      { topic: 'c', kind: 'grow', changes: [{ what: 'partitions', from: '2', to: '3' }] },
      { topic: 'c', kind: 'set', changes: [{ what: 'retention.ms', from: '-1', to: '86400000' }] },
    ]);

    await topics.apply(after, plan);

    expect(await kindsOf(after)).toEqual([]);
    expect(await kindsOf([spec('c', { partitions: 1, retentionMs: 86_400_000 })])).toEqual([]);
  });

  it('keeps a setting that somebody else made on the topic', async () => {
    const namespace = unique('n');
    const own = await KafkaTopics.open({ brokers: addresses, clientId: 'tessera-test', namespace });
    const admin = new Kafka({ brokers: addresses, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const name = `${namespace}.d`;
    await admin.createTopics({
      topics: [{ topic: name, numPartitions: 2, configEntries: [{ name: 'segment.ms', value: '777000' }] }],
    });

    await own.apply([spec('d')], await own.plan([spec('d')]));

    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name, configNames: ['segment.ms', 'retention.ms'] }],
    });
    await Promise.all([admin.disconnect(), own.close()]);
    const values = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]);
    expect(Object.fromEntries(values ?? [])).toEqual({ 'segment.ms': '777000', 'retention.ms': '-1' });
  });
});
