import type { ConnectionOptions } from 'node:tls';
import type { SASLOptions } from 'kafkajs';

/** The part of a structured logger (pino's) that this adapter needs. */
export interface KafkaLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type KafkaLogOptions = Readonly<{
  /** host:port of some of the cluster's brokers. */
  brokers: readonly string[];
  /** Names this process in the brokers' logs and quotas. */
  clientId: string;
  /** true for TLS with the system's certificates, or Node's own TLS options. */
  ssl?: boolean | ConnectionOptions;
  sasl?: SASLOptions;
  /** Put before every topic and group, so that deployments can share a cluster. */
  namespace?: string;
  logger?: KafkaLogger;
  /** Of topics that are created; the cluster's default unless given. */
  replicationFactor?: number;
  /**
   * How long a member that fell silent keeps its partitions; a killed one is waited for as long at the next rebalance. Handlers do not
   * count: members beat while they work. Below the 30 s of a request, in which a killed leader must be found out.
   */
  sessionTimeoutMs?: number;
  heartbeatMs?: number;
  /** How long members may take to come back when the group assigns anew; they need no more than a heartbeat. */
  rebalanceTimeoutMs?: number;
  /** How long a fetch may wait for records, and so how long a partition may wait that is taken up again. */
  fetchWaitMs?: number;
  /** How soon partitions that were added are noticed. */
  metadataMaxAgeMs?: number;
  /** Pauses before a batch whose handler threw is handed again, and before a consumer that crashed is started again. */
  backOffMs?: Readonly<{ first: number; max: number }>;
}>;

const silent: KafkaLogger = { debug: () => undefined, info: () => undefined, warn: warning, error: warning };

function warning(fields: object, message: string): void {
  const { err } = fields as { err?: unknown };
  process.emitWarning(`Kafka: ${message}${err === undefined ? '' : `: ${String(err)}`}`);
}

export const defaults = {
  ssl: false,
  namespace: '',
  logger: silent,
  replicationFactor: -1,
  sessionTimeoutMs: 10_000,
  heartbeatMs: 1_000,
  rebalanceTimeoutMs: 20_000,
  fetchWaitMs: 100,
  metadataMaxAgeMs: 30_000,
  backOffMs: { first: 250, max: 5_000 },
} satisfies Omit<KafkaLogOptions, 'brokers' | 'clientId'>;

export type Settings = Required<Omit<KafkaLogOptions, 'sasl'>> & Readonly<{ sasl?: SASLOptions }>;
