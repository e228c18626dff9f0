import { readFileSync } from 'node:fs';
import { topicSpecs } from '@tessera/contracts';
import { EmbeddedLog, KafkaLog, type KafkaLogOptions, type Log } from '@tessera/platform-bus';
import { ServiceNotStartable } from './errors.js';
import type { Logger } from './logger.js';
import type { LogVariables } from './variables.js';

/** How a Kafka is reached; undefined where the environment names none. `clientId` names us in the brokers' logs. */
export function kafkaOptions(variables: LogVariables, clientId: string): KafkaLogOptions | undefined {
  const { KAFKA_BROKERS, KAFKA_SSL, KAFKA_SSL_CA_FILE, KAFKA_SASL_MECHANISM, KAFKA_SESSION_MS, TESSERA_NAMESPACE } =
    variables;
  if (!KAFKA_BROKERS) return undefined;
  assertWhole(variables);
  const login = { username: variables.KAFKA_SASL_USERNAME, password: variables.KAFKA_SASL_PASSWORD };
  return {
    brokers: KAFKA_BROKERS,
    clientId,
    ...(KAFKA_SSL && { ssl: KAFKA_SSL_CA_FILE === undefined ? true : { ca: authority(KAFKA_SSL_CA_FILE) } }),
    ...(KAFKA_SASL_MECHANISM && {
      sasl: { mechanism: KAFKA_SASL_MECHANISM, ...login } as KafkaLogOptions['sasl'] & object,
    }),
    sessionTimeoutMs: KAFKA_SESSION_MS,
    ...(TESSERA_NAMESPACE !== undefined && { namespace: TESSERA_NAMESPACE }),
  };
}

/** What would be left out without a word, or refused by the brokers in words that do not help. */
function assertWhole(variables: LogVariables): void {
  const { KAFKA_SSL, KAFKA_SSL_CA_FILE, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = variables;
  if (KAFKA_SSL_CA_FILE !== undefined && !KAFKA_SSL) {
    throw new ServiceNotStartable(
      'KAFKA_SSL_CA_FILE is set but KAFKA_SSL is not: the brokers would be reached without TLS',
    );
  }
  const hasLogin = KAFKA_SASL_USERNAME !== '' && KAFKA_SASL_PASSWORD !== '';
  if (KAFKA_SASL_MECHANISM && !hasLogin) {
    throw new ServiceNotStartable(
      'KAFKA_SASL_MECHANISM is set, so KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be set too',
    );
  }
  if (!KAFKA_SASL_MECHANISM && (KAFKA_SASL_USERNAME !== '' || KAFKA_SASL_PASSWORD !== '')) {
    throw new ServiceNotStartable('a login for Kafka is set but KAFKA_SASL_MECHANISM is not: it would not be used');
  }
}

function authority(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ServiceNotStartable(`KAFKA_SSL_CA_FILE cannot be read: ${(error as Error).message}`);
  }
}

/** The log that the environment names, with every topic there is. The embedded one is for one process: services share Kafka. */
export async function openLog(variables: LogVariables, service: string, logger: Logger): Promise<Log> {
  const log = await open(variables, service, logger);
  try {
    await log.ensureTopics(topicSpecs({ partitions: variables.LOG_PARTITIONS }));
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function open(variables: LogVariables, service: string, logger: Logger): Promise<Log> {
  const kafka = kafkaOptions(variables, `tessera-${service}`);
  if (kafka) return KafkaLog.open({ ...kafka, logger });
  const { LOG_DATABASE_URL: databaseUrl } = variables;
  if (databaseUrl === undefined) {
    throw new ServiceNotStartable('KAFKA_BROKERS is not set, and neither is LOG_DATABASE_URL: there is no log to use');
  }
  const report = ({ doing, error }: { doing: string; error: unknown }): void =>
    logger.warn({ err: error, doing }, 'the log will try again');
  return EmbeddedLog.open({ databaseUrl, report });
}
