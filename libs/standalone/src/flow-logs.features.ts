import { randomUUID } from 'node:crypto';
import { EmbeddedLog, KafkaLog, type Log } from '@tessera/platform-bus';
import { createLogger } from '@tessera/platform-service';

const brokers = process.env['TESSERA_TEST_KAFKA'];

export type FlowLog = Readonly<{
  name: string;
  /** Without a broker to test on, what runs on it is left out. */
  isThere: boolean;
  open(databaseUrl: () => Promise<string>): Promise<Log>;
}>;

/** Both adapters of the log: what flows over one flows over the other. */
export const FLOW_LOGS: readonly FlowLog[] = [
  {
    name: 'the embedded log',
    isThere: true,
    open: async (databaseUrl) => EmbeddedLog.open({ databaseUrl: await databaseUrl() }),
  },
  {
    name: 'Apache Kafka',
    isThere: brokers !== undefined,
    open: () =>
      KafkaLog.open({
        brokers: (brokers ?? '').split(','),
        clientId: 'flow',
        namespace: `flow-${randomUUID()}.`,
        sessionTimeoutMs: 6_000,
        logger: createLogger({ level: 'silent' }),
      }),
  },
];
