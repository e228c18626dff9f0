export * from './log.js';
export * from './errors.js';
export { partitionOf } from './partitioner.js';
export { EmbeddedLog } from './embedded/embedded-log.js';
export type { EmbeddedLogOptions } from './embedded/options.js';
export { KafkaLog } from './kafka/kafka-log.js';
export type { KafkaLogger, KafkaLogOptions } from './kafka/options.js';
export type { Report } from './every.js';
