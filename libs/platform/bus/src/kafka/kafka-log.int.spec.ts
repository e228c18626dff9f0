import { randomBytes } from 'node:crypto';
import { busFeatures } from '../bus.features.js';
import { LogClosed } from '../errors.js';
import { aRecord, aTopic, collect, textOf } from '../features/harness.features.js';
import { kafkaSuite, openKafka } from './kafka.features.js';

kafkaSuite('KafkaLog', ({ opened }) => {
  busFeatures('KafkaLog', {
    open: async () => {
      let log = await openKafka();
      return {
        log,
        reopen: async () => {
          await log.close();
          log = await openKafka();
          return log;
        },
        dispose: () => log.close(),
      };
    },
  });

  it('sends an append of one that is too large alone, so that the others are taken', async () => {
    const log = await opened();
    const topic = await aTopic(log);
    const [refused, taken] = await Promise.allSettled([
      log.append([aRecord(topic, 'a', randomBytes(9_000_000))]),
      log.append([aRecord(topic, 'a', 'small')]),
    ]);

    expect([refused.status, taken.status]).toEqual(['rejected', 'fulfilled']);
    expect((await log.read({ topic, partition: 0, offset: 0, limit: 10 })).map(textOf)).toContain('small');
  });

  it('refuses work once it is closed, and is not ready', async () => {
    const log = await opened();
    const topic = await aTopic(log);
    await log.close();
    await expect(log.append([aRecord(topic, 'a', '1')])).rejects.toThrow(LogClosed);
    await expect(collect(log, [topic])).rejects.toThrow(LogClosed);
    expect(await log.isReady()).toBe(false);
  });
});
