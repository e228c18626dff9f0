import { Kafka, logLevel } from 'kafkajs';
import { KafkaLog } from './kafka-log.js';
import type { KafkaLogOptions } from './options.js';

const brokers = process.env['TESSERA_TEST_KAFKA'];

/** Fast enough for tests; the broker of the tests allows sessions of a second. */
const quick = {
  sessionTimeoutMs: 3_000,
  heartbeatMs: 200,
  rebalanceTimeoutMs: 10_000,
  fetchWaitMs: 50,
  metadataMaxAgeMs: 300,
  backOffMs: { first: 10, max: 100 },
  logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
};

export const openKafka = (options: Partial<KafkaLogOptions> = {}): Promise<KafkaLog> =>
  KafkaLog.open({ brokers: (brokers ?? '').split(','), clientId: 'tessera-test', ...quick, ...options });

export type KafkaSuite = Readonly<{
  /** A log that is closed after the test. */
  opened(options?: Partial<KafkaLogOptions>): Promise<KafkaLog>;
  /** Another program's way to the same brokers. */
  client: Kafka;
}>;

/** A suite on a real Kafka; without one it is left out, or fails where it may not be. */
export function kafkaSuite(name: string, define: (suite: KafkaSuite) => void): void {
  if (!brokers) {
    const suite = process.env['CI'] === 'true' ? describe : describe.skip;
    suite(name, () => {
      it('needs a broker: TESSERA_TEST_KAFKA names one, TESSERA_TEST_WITH=kafka starts one', () => {
        expect(brokers).toBeDefined();
      });
    });
    return;
  }
  const client = new Kafka({ brokers: brokers.split(','), clientId: 'foreign', logLevel: logLevel.NOTHING });
  describe(name, () => {
    const logs: KafkaLog[] = [];
    afterEach(async () => {
      await Promise.all(logs.splice(0).map((log) => log.close()));
    });
    define({
      client,
      opened: async (options = {}) => {
        const log = await openKafka(options);
        logs.push(log);
        return log;
      },
    });
  });
}
