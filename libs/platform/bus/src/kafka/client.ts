import { type Admin, type ISocketFactory, Kafka, type LogEntry, logLevel, type RetryOptions } from 'kafkajs';
import { KafkaUnreachable } from './kafka-unreachable.js';
import type { KafkaLogger, Settings } from './options.js';

const CONNECT_MS = 3_000;
const REQUEST_MS = 30_000;

/** About six seconds of trying; who calls tries again after that, with the caller's knowledge. */
export const retry: RetryOptions = {
  retries: 6,
  initialRetryTime: 100,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 2_000,
};

/** Each consumer needs a client of its own: two of one group would share what they know of committed offsets. */
export function createClient(
  { brokers, clientId, ssl, sasl, logger }: Settings,
  socketFactory?: ISocketFactory,
): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ssl,
    ...(sasl && { sasl }),
    ...(socketFactory && { socketFactory }),
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    retry,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => pass(entry, logger),
  });
}

/** Rejects with KafkaUnreachable, which says why; nothing stays open then. */
export async function connectedAdmin(settings: Settings): Promise<Admin> {
  const admin = createClient(settings).admin();
  try {
    await admin.connect();
    return admin;
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw new KafkaUnreachable(settings.brokers, error);
  }
}

/** What passes by itself: a coordinator that is not loaded yet, a rebalance, a connection that is made again. */
const PASSING =
  /coordinator|generation|rebalanc|re-joining|not aware of this member|Limiting retries|Topic has been updated|does not host this topic-partition|leadership election|Failed to send messages|Connection (error|timeout)|Failed to connect|Crash:|Restarting/i;

/** kafkajs logs as errors what it then retries; what comes of it is told by who called, or by the subscription. */
function pass({ level, namespace, log: { message, timestamp: _, ...fields } }: LogEntry, logger: KafkaLogger): void {
  const about = `${message} ${typeof fields['error'] === 'string' ? fields['error'] : ''}`;
  const told = { kafka: namespace, ...fields };
  if (PASSING.test(about) || level > logLevel.ERROR) logger.debug(told, message);
  else logger.warn(told, message);
}
