import { KeylessRecord, UnknownTopic } from '../errors.js';
import { aRecord, aTopic, boundsOf, collect, range, unique } from '../features/harness.features.js';
import { kafkaSuite } from './kafka.features.js';

kafkaSuite('topics on Kafka', ({ opened, client }) => {
  it('are created with the broker as their clock, kept as they are said to be', async () => {
    const log = await opened();
    const forever = await aTopic(log);
    const days = await aTopic(log, { retentionMs: 86_400_000 });
    const compacted = await aTopic(log, { cleanup: 'compact' });
    const admin = client.admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [forever, days, compacted].map((name) => ({ type: 2, name })),
    });
    await admin.disconnect();
    const setting = (at: number, name: string) =>
      resources[at]!.configEntries.find(({ configName }) => configName === name)!.configValue;

    expect([0, 1, 2].map((at) => setting(at, 'message.timestamp.type'))).toEqual(range(3).map(() => 'LogAppendTime'));
    expect([0, 1].map((at) => setting(at, 'retention.ms'))).toEqual(['-1', '86400000']);
    expect([0, 1, 2].map((at) => setting(at, 'cleanup.policy'))).toEqual(['delete', 'delete', 'compact']);
  });

  it('refuse, where compacted, a record without a key, and take what others append meanwhile', async () => {
    const log = await opened();
    const [compacted, other] = [await aTopic(log, { cleanup: 'compact' }), await aTopic(log)];

    const [refused] = await Promise.allSettled([
      log.append([aRecord(compacted, null, '1')]),
      log.append([aRecord(other, null, '2')]),
    ]);

    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(KeylessRecord) as unknown });
    expect(await boundsOf(log, other)).toMatchObject({ end: 1 });
  });

  it('must exist before they are subscribed to or read', async () => {
    const log = await opened();
    await expect(collect(log, [unique('unheard-of')])).rejects.toThrow(UnknownTopic);
    const reading = log.read({ topic: unique('unheard-of'), partition: 0, offset: 0, limit: 1 });
    await expect(reading).rejects.toThrow(UnknownTopic);
  });
});
