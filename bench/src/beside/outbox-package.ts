import { Kafka, logLevel, Partitioners } from 'kafkajs';
import {
  createReplicationMutexConcurrencyController,
  createReplicationSegmentMutexConcurrencyController,
  type GeneralMessageHandler,
  getDisabledLogger,
  initializePollingMessageListener,
  initializeReplicationMessageListener,
} from 'pg-transactional-outbox';
import { type Listener, NEXT_MESSAGES, PUBLICATION, SLOT } from '../outbox-tables.js';
import { ready, settingsOf } from './settings.js';

export type PackageSettings = Readonly<{
  brokers: string;
  databaseUrl: string;
  listener: Listener;
}>;

const { brokers, databaseUrl, listener } = settingsOf<PackageSettings>();
const POOL = 20;
const POLL_MS = 10;

const producer = new Kafka({ brokers: [brokers], clientId: 'beside', logLevel: logLevel.ERROR }).producer({
  createPartitioner: Partitioners.DefaultPartitioner,
});
await producer.connect();

const publish: GeneralMessageHandler = {
  async handle({ messageType, aggregateId, payload, metadata }) {
    const headers = metadata as Record<string, string>;
    await producer.send({
      topic: messageType,
      acks: -1,
      messages: [{ key: aggregateId, value: JSON.stringify(payload), headers }],
    });
  },
};

const database = { connectionString: databaseUrl, max: POOL };
const shared = {
  outboxOrInbox: 'outbox' as const,
  dbListenerConfig: database,
  dbHandlerConfig: database,
};
const settings = {
  dbSchema: 'public',
  dbTable: 'outbox',
  enableMaxAttemptsProtection: false,
  enablePoisonousMessageProtection: false,
  messageCleanupIntervalInMs: 0,
};
const logger = getDisabledLogger();

const [shutdown] =
  'poll' in listener
    ? initializePollingMessageListener(
        {
          ...shared,
          settings: {
            ...settings,
            nextMessagesFunctionName: NEXT_MESSAGES,
            nextMessagesBatchSize: listener.poll,
            nextMessagesPollingIntervalInMs: POLL_MS,
          },
        },
        publish,
        logger,
      )
    : initializeReplicationMessageListener(
        { ...shared, settings: { ...settings, dbPublication: PUBLICATION, dbReplicationSlot: SLOT } },
        publish,
        logger,
        {
          concurrencyStrategy:
            listener.replicate === 'mutex'
              ? createReplicationMutexConcurrencyController()
              : createReplicationSegmentMutexConcurrencyController(),
        },
      );

ready(async () => {
  await shutdown();
  await producer.disconnect();
});
